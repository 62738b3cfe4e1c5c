import type { Certificate } from '@lancre/pki/certificate';
import type { OcspErrorStatus, OcspRequest } from '@lancre/pki/ocsp';
import type { Issuer } from '../issuer/issuer.ts';

/** Whether a request was signed by one of the certificates, or by one that they issued. */
export type RequestSignatureCheck = (
  request: OcspRequest,
  trusted: readonly Certificate[],
) => Promise<'trusted' | 'unsigned' | 'refused'>;

/**
 * Lets in whom an issuer answers. Most answer anybody, and the signature of a request is then passed
 * over (RFC 9919 3.1.2); where an issuer has request signers, an unsigned request is told so
 * (sigRequired, RFC 6960 2.3), and one by somebody else is unauthorized.
 */
export class RequestGate {
  readonly #check: RequestSignatureCheck;
  #checksUnderWay = 0;

  constructor(check: RequestSignatureCheck) {
    this.#check = check;
  }

  /** Whether requests about this issuer's certificates have to be checked at all. */
  isOpenFor({ requestSigners }: Issuer): boolean {
    return requestSigners === undefined;
  }

  /** Undefined = let in. */
  async refusalOf(issuer: Issuer, request: OcspRequest): Promise<OcspErrorStatus | undefined> {
    if (issuer.requestSigners === undefined) return undefined;
    if (request.signature === undefined) return 'sigRequired';
    // Each costs several signature checks, and anybody may send them.
    if (this.#checksUnderWay >= maximumChecks) return 'tryLater';
    this.#checksUnderWay += 1;
    try {
      const verdict = await this.#check(request, issuer.requestSigners);
      if (verdict === 'trusted') return undefined;
      return verdict === 'unsigned' ? 'sigRequired' : 'unauthorized';
    } finally {
      this.#checksUnderWay -= 1;
    }
  }
}

const maximumChecks = 64;
