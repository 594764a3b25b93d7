extension TodoPage {
    /// Reads the list, follows the events after it, and sends the visitor's changes as JSON.
    static let script: HTML = """
        const element = id => document.getElementById(id);
        const todos = new Map();
        async function ask(method, path, content) {
          const options = { method, headers: { Accept: 'application/json' } };
          if (content !== undefined) {
            options.headers['Content-Type'] = 'application/json';
            options.body = JSON.stringify(content);
          }
          let answer;
          try {
            answer = await fetch(path, options);
          } catch {
            throw new Error('No server: start todo-server again.');
          }
          const value = answer.status === 204 ? null : await answer.json();
          if (answer.ok) return value;
          const mistakes = (value.errors || []).map(error => `${error.pointer.slice(1)} ${error.detail}`);
          throw new Error(mistakes.join('; ') || value.detail || value.title);
        }
        function attempt(action) {
          return async event => {
            event?.preventDefault?.();
            try {
              await action();
              element('complaint').textContent = '';
            } catch (error) {
              element('complaint').textContent = error.message;
            }
          };
        }
        function take(todo) {
          // Two changes may come in the wrong order.
          if ((todos.get(todo.id)?.version ?? 0) >= todo.version) return;
          todos.set(todo.id, todo);
          show();
        }
        function item(todo) {
          const line = document.createElement('li');
          line.id = `todo_${todo.id}`;
          line.className = todo.isDone ? 'done' : '';
          const label = line.appendChild(document.createElement('label'));
          const box = label.appendChild(document.createElement('input'));
          box.type = 'checkbox';
          box.checked = todo.isDone;
          box.addEventListener('change', attempt(async () => {
            try {
              take(await ask('PATCH', `/todos/${todo.id}`, { isDone: box.checked }));
            } catch (error) {
              box.checked = todo.isDone;
              throw error;
            }
          }));
          label.appendChild(document.createElement('span')).textContent = todo.title;
          line.appendChild(document.createElement('small')).textContent = todo.author;
          const remove = line.appendChild(document.createElement('button'));
          remove.textContent = 'Remove';
          remove.setAttribute('aria-label', `Remove ${todo.title}`);
          remove.addEventListener('click', attempt(() => ask('DELETE', `/todos/${todo.id}`)));
          return line;
        }
        function show() {
          const ordered = [...todos.values()].sort((a, b) => a.isDone - b.isDone || b.id - a.id);
          element('todos').replaceChildren(...ordered.map(item));
          const open = ordered.filter(todo => !todo.isDone).length;
          element('status').textContent = open === 1 ? '1 thing to do' : `${open} things to do`;
        }
        let events;
        async function load() {
          events?.close();
          const list = await ask('GET', '/todos?limit=1000');
          todos.clear();
          for (const todo of list.todos) todos.set(todo.id, todo);
          show();
          // Nothing that happens between the list and the stream is lost.
          events = new EventSource(`/events?after=${encodeURIComponent(list.after)}`);
          events.addEventListener('change', event => take(JSON.parse(event.data)));
          events.addEventListener('removal', event => {
            todos.delete(JSON.parse(event.data).id);
            show();
          });
          events.addEventListener('reset', attempt(load));
        }
        function welcome(visitor) {
          element('introduction').hidden = visitor !== null;
          element('addition').hidden = visitor === null;
          element('name').textContent = visitor?.name ?? '';
          element(visitor === null ? 'visitor' : 'title').focus();
        }
        element('introduction').addEventListener('submit', attempt(async () => {
          welcome(await ask('PUT', '/visitor', { name: element('visitor').value }));
        }));
        element('addition').addEventListener('submit', attempt(async () => {
          take(await ask('POST', '/todos', { title: element('title').value }));
          element('title').value = '';
        }));
        ask('GET', '/visitor').then(welcome, () => welcome(null));
        attempt(load)();
        """
}
