import type { IssuerRegistry } from '../issuer/issuer-registry.ts';
import { standingOf } from '../status/certificate-standing.ts';
import type { OcspAnswer, OcspQuestion, OcspSource } from '../status/ocsp-source.ts';
import type { StatusView } from '../status/status-view.ts';

/** What a {@link RecordCheckSource} needs. */
export interface RecordCheckOptions {
  readonly source: OcspSource;
  readonly view: StatusView;
  readonly registry: () => IssuerRegistry;
  readonly now: () => Date;
}

/**
 * Refuses, without asking the source, what the local records already refuse: serials that were never
 * assigned and certificates that have expired. A flood of made-up serials costs the signer nothing
 * (OREQ-33).
 */
export class RecordCheckSource implements OcspSource {
  readonly #options: RecordCheckOptions;

  constructor(options: RecordCheckOptions) {
    this.#options = options;
  }

  async answer(question: OcspQuestion): Promise<OcspAnswer> {
    const { source, view, registry, now } = this.#options;
    const issuer = registry().byId(question.issuerId);
    if (issuer === undefined) return { kind: 'refused', status: 'unauthorized', cause: 'issuer_unknown' };
    for (const { serialNumber } of question.items) {
      const standing = standingOf(view, issuer, serialNumber, now());
      if (standing.kind === 'refused')
        return { kind: 'refused', status: 'unauthorized', cause: standing.cause };
    }
    return source.answer(question);
  }
}
