// nginx with one worker that serves small files: the peer of a cached answer.
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pinned } from './programs.mjs';
import { freePort } from './test-host.mjs';

/** Octets of a file: as many as an OCSP answer of Let's Encrypt with an RSA-2048 key had. */
const fileOctets = 503;

/** Starts nginx on one core. @param fileCount how many files `/0`, `/1`, … it has */
export async function startNginx(workshop, core, fileCount) {
  const folder = workshop.path('nginx');
  const port = await freePort();
  await mkdir(`${folder}/files`, { recursive: true });
  for (let index = 0; index < fileCount; index += 1)
    await writeFile(`${folder}/files/${index}`, Buffer.alloc(fileOctets, 'x'));
  await writeFile(`${folder}/nginx.conf`, configuration(folder, port));
  const [program, args] = pinned(core, 'nginx', ['-p', folder, '-c', `${folder}/nginx.conf`]);
  const child = workshop.start(program, args, { stdio: 'ignore' });
  await untilListening(child, port);
  return { child, port };
}

function configuration(folder, port) {
  return `
daemon off;
${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log crit;
events { worker_connections 256; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 75;
  keepalive_requests 1000000000;
  default_type application/ocsp-response;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${folder}/files;
  }
}
`;
}

async function untilListening(child, port) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const socket = createConnection(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    await sleep(50);
  }
  throw new Error('nginx does not listen');
}
