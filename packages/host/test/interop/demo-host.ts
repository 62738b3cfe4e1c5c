import { freePorts } from '../cli/host-process.js';
import type { Workshop } from '../cli/workshop.js';

/** A demo that runs: its PKI is in the workshop's folder, in `demo/pki`. */
export interface DemoHost {
  readonly base: string;
}

/** Starts a small demo in the folder of a workshop, or goes on with the one there. */
export async function startDemo(workshop: Workshop, runtime: 'node' | 'bun'): Promise<DemoHost> {
  const [port, adminPort] = await freePorts(2);
  const ports = ['--port', String(port), '--admin-port', String(adminPort)];
  await workshop.start(['demo', '--dir', 'demo', ...ports, '--certificates', '6', '--edge-runtime', runtime]);
  return { base: `http://127.0.0.1:${port}` };
}

/** Puts certificates of the demo into one PEM file, in this order. */
export async function joinPem(
  workshop: Workshop,
  name: string,
  ...parts: readonly string[]
): Promise<string> {
  const texts = await Promise.all(parts.map((part) => workshop.read(part)));
  await workshop.write(name, Buffer.concat(texts));
  return name;
}
