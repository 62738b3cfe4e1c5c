import { isListening } from '../../http/socket-path.ts';
import type { Config, ListenAddress } from '../config.ts';
import { dataPaths } from '../host-store.ts';
import { type Finding, Findings } from './finding.ts';
import { PublicClient, reachableHost } from './public-client.ts';

/** Whether a host runs on this data folder, and what it says about itself. */
export async function checkRunningHost(config: Config): Promise<readonly Finding[]> {
  const findings = new Findings('running host');
  if (!(await isListening(dataPaths(config.dataFolder).controlSocket))) {
    findings.warning(
      `no host runs on ${config.dataFolder}`,
      'lancre serve; or, where another web server serves the files, run "lancre publish" often',
    );
    return findings.all;
  }
  const url = healthUrl(config.adminListen);
  // Not by the way that the public names are asked: this side has none.
  const answer = await new PublicClient({ listen: config.adminListen }).fetch({ url });
  if (answer.kind === 'failed') {
    findings.bad(`a host runs, but ${url} does not answer: ${answer.message}`, 'see its log');
    return findings.all;
  }
  for (const problem of problemsIn(answer.body)) findings.bad(`the host says: ${problem}`, 'see its log');
  if (answer.status !== 200 && findings.all.length === 0)
    findings.bad(`a host runs, and its health is ${answer.status}`, 'see its log');
  return findings.orGood('a host runs, and says that it is well');
}

function healthUrl({ host, port }: ListenAddress): string {
  const reachable = reachableHost(host);
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/healthz`;
}

function problemsIn(body: Uint8Array): readonly string[] {
  try {
    const { problems } = JSON.parse(new TextDecoder().decode(body));
    return Array.isArray(problems) ? problems.map(String) : [];
  } catch {
    return [`its health is not JSON, so something else answers there`];
  }
}
