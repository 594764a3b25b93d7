// An echo over WebSockets with ws on Node.
'use strict';

const { WebSocketServer } = require('ws');

const port = Number(process.argv[2]);
if (process.argv.length !== 3 || !Number.isInteger(port)) {
  console.error('usage: websocket.js PORT');
  process.exit(64);
}

const server = new WebSocketServer({ port, host: '127.0.0.1', backlog: 1024, perMessageDeflate: true });
server.on('connection', (socket) => {
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
  socket.on('error', () => {});
});
