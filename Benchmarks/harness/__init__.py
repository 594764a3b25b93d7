"""What `script/bench` is made of: one module a subject."""
