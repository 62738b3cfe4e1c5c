import { encodeHex } from '@lancre/pki/text';
import type { Issuer } from '../../issuer/issuer.ts';
import { shardOfSerial } from '../../issuer/issuer-policy.ts';
import { crlUrl, deltaCrlUrl, type PublicAddress } from '../../issuer/public-address.ts';

/** Which list one certificate is on. */
export interface ShardOfCertificate {
  /** In hex. */
  readonly serialNumber: string;
  /** 0 = the full list. */
  readonly shard: number;
  /** `records`: fixed when it was taken in, whatever the rule says now (SHD-06). `rule`: not known here yet. */
  readonly decidedBy: 'records' | 'rule';
  readonly crl: string;
  readonly deltaCrl: string | undefined;
}

/**
 * The list of a certificate.
 *
 * @param serialNumber magnitude octets
 * @param recordedShard of a certificate that is known here
 */
export function shardOfCertificate(
  issuer: Issuer,
  address: PublicAddress,
  serialNumber: Uint8Array,
  recordedShard: number | undefined,
): ShardOfCertificate {
  const { name, policy } = issuer;
  const shard = recordedShard ?? shardOfSerial(serialNumber, policy.crl.shards);
  return {
    serialNumber: encodeHex(serialNumber),
    shard,
    decidedBy: recordedShard === undefined ? 'rule' : 'records',
    crl: crlUrl(address, name, shard),
    deltaCrl: policy.crl.delta === 'omit' ? undefined : deltaCrlUrl(address, name, shard),
  };
}
