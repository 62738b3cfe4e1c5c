import { describeCertificate } from './describe-certificate.ts';
import { describeCms } from './describe-cms.ts';
import { describeCrl } from './describe-crl.ts';
import { describeOcspRequest } from './describe-ocsp-request.ts';
import { describeOcspResponse } from './describe-ocsp-response.ts';
import type { Material } from './material.ts';
import type { PlainObject } from './plain-value.ts';
import { printable } from './printable.ts';
import { printDescription, wrapText } from './printer.ts';
import { readThings } from './read-things.ts';
import type { Thing, ThingKind } from './sniff.ts';

/** What was found in one place: what `--json` prints a list of. */
export interface Inspection {
  readonly source: string;
  readonly form: string;
  readonly octets: number;
  readonly http?: { readonly status: number; readonly mediaType?: string };
  /** One or more, each with its `kind`. */
  readonly contents: readonly (PlainObject & { readonly kind: ThingKind; readonly summary: string })[];
  /** Labels of PEM blocks that were not looked at. */
  readonly passedOver: readonly string[];
}

/**
 * Says what octets are.
 *
 * @param as what they are to be; undefined = find out
 * @throws LancreError `input_invalid`
 */
export function inspectMaterial(
  { source, octets, http }: Material,
  as: ThingKind | undefined,
  now: Date,
): Inspection {
  const { form, things, passedOver } = readThings(octets, source, as);
  return {
    source,
    form,
    octets: octets.length,
    ...(http === undefined ? {} : { http }),
    contents: things.map((thing) => describe(thing, now)),
    passedOver,
  };
}

/** An inspection as lines for people. */
export function printInspection({ source, form, octets, http, contents, passedOver }: Inspection): string[] {
  const received = http === undefined ? '' : `; HTTP ${http.status}, ${http.mediaType ?? 'no Content-Type'}`;
  const head = printable(`${source}: ${form}, ${octets} octets${received}`);
  const blocks = contents.flatMap((content, index) => [
    '',
    ...wrapText(headingOf(content.summary, index, contents.length), 80),
    ...printDescription(content, 2),
  ]);
  const rest = passedOver.map((label) => `Not shown: a PEM block ${printable(label)}`);
  return [...wrapText(head, 80), ...blocks, ...(rest.length === 0 ? [] : ['', ...rest])];
}

function describe(thing: Thing, now: Date): Inspection['contents'][number] {
  switch (thing.kind) {
    case 'certificate':
      return describeCertificate(thing.certificate, now);
    case 'crl':
      return describeCrl(thing.crl, now);
    case 'ocsp-request':
      return describeOcspRequest(thing.request);
    case 'ocsp-response':
      return describeOcspResponse(thing.response, now);
    case 'cms':
      return describeCms(thing.der, thing.certificates, now);
  }
}

function headingOf(summary: string, index: number, count: number): string {
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  return printable(count === 1 ? sentence : `${index + 1} of ${count}: ${sentence}`);
}
