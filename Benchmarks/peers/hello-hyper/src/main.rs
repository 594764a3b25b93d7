// hyper, on one thread. A request's body is read and dropped.
use std::convert::Infallible;

use hyper::body::HttpBody;
use hyper::header::{HeaderValue, CONTENT_TYPE};
use hyper::service::{make_service_fn, service_fn};
use hyper::{Body, Method, Request, Response, Server};

async fn answer(request: Request<Body>) -> hyper::Result<Response<Body>> {
    if request.method() == Method::POST {
        let mut body = request.into_body();
        while let Some(piece) = body.data().await {
            piece?;
        }
    }
    let mut response = Response::new(Body::from("Hello, world!"));
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, text);
    Ok(response)
}

fn main() {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let port: u16 = port.expect("usage: hello-hyper PORT");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let service = make_service_fn(|_| async { Ok::<_, Infallible>(service_fn(answer)) });
        let server = Server::bind(&([127, 0, 0, 1], port).into()).tcp_nodelay(true).serve(service);
        server.await.expect("serving");
    });
}
