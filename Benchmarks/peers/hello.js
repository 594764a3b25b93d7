// Node's http module. A request's body is read and dropped.
'use strict';

const http = require('http');

const port = Number(process.argv[2]);
if (process.argv.length !== 3 || !Number.isInteger(port)) {
  console.error('usage: hello.js PORT');
  process.exit(64);
}

function answer(response) {
  response.removeHeader('Connection');
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', 13);
  response.end('Hello, world!');
}

const server = http.createServer((request, response) => {
  if (request.method === 'POST') {
    request.on('end', () => answer(response));
    request.resume();
  } else {
    answer(response);
  }
});
// As with the other servers: connections stay open.
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
server.listen({ port, host: '127.0.0.1', backlog: 1024 });
