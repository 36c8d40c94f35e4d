// A server that reads a request to its end and accepts it: node sink.js [latency in ms]
import { createServer } from 'node:http';

const latencyMs = Number(process.argv[2] ?? 0);
const server = createServer((request, response) => {
  const answer = () => response.setHeader('Content-Type', 'application/json').end('{}');
  request.resume().on('end', () => (latencyMs === 0 ? answer() : setTimeout(answer, latencyMs)));
});
server.listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
