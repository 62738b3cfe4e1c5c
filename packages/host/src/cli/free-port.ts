import { createServer } from 'node:net';
import { LancreError } from '../errors/lancre-error.ts';
import type { ListenAddress } from './config.ts';

/**
 * Tries whether an address can be listened on, before work is done that would be in vain.
 *
 * @throws LancreError `address_in_use`
 */
export async function requireFreePort({ host, port }: ListenAddress): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `cannot listen on ${host} port ${port}: choose another with --port or --admin-port`;
      reject(new LancreError('address_in_use', message, { cause }));
    });
    server.listen(port, host, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
}
