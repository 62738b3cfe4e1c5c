import { publicBase } from '../../issuer/public-address.ts';
import type { Config } from '../config.ts';
import { type Finding, Findings } from './finding.ts';

/** Whether a configuration that can be read makes sense as well. */
export function checkConfiguration({ path, address, adminListen, dataFolder }: Config): readonly Finding[] {
  const findings = new Findings('configuration');
  const base = publicBase(address);
  if (isLoopback(new URL(base).hostname)) {
    findings.warning(
      `the public address ${base} is reached from this machine only, and it stands in the certificates`,
      `set public.base or public.zone in ${path} before certificates are issued`,
    );
  }
  if (!isLoopback(adminListen.host)) {
    findings.warning(
      `health and metrics are on ${adminListen.host}:${adminListen.port}, open to other machines`,
      'set admin.listen to 127.0.0.1, or keep others out with a firewall',
    );
  }
  return findings.orGood(`${path}: ${base}, data in ${dataFolder}`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\./.test(host);
}
