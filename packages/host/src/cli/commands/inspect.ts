import { type Command, Option } from 'commander';
import { printResult } from '../command-tools.ts';
import type { CliContext } from '../context.ts';
import { inspectMaterial, printInspection } from '../inspect/inspect.ts';
import { gatherMaterial } from '../inspect/material.ts';
import { printable } from '../inspect/printable.ts';
import { type ThingKind, thingKinds } from '../inspect/sniff.ts';

interface InspectOptions {
  readonly as?: ThingKind;
  readonly fetch?: true;
  readonly json?: true;
}

/** `lancre inspect` */
export function registerInspect(program: Command, context: CliContext): void {
  program
    .command('inspect')
    .summary('say in plain words what a certificate, CRL, OCSP message or URL is')
    .description(
      'Says in plain words what something is: a certificate or several, a CRL, an OCSP ' +
        'request or response, a p7c; in DER, PEM, base64 or hexadecimal. Nothing is verified: ' +
        'that is what "lancre check" does.',
    )
    .argument('<thing>', 'a file, - for standard input, a URL, or the text itself, such as a line of a log')
    .addOption(new Option('--as <kind>', 'what it is to be; default: find out').choices(thingKinds))
    .option('--fetch', 'ask the network for an OCSP GET URL, too')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', explanation)
    .action(async (thing: string, options: InspectOptions) => {
      const materials = await gatherMaterial(thing, {
        folder: context.folder,
        stdin: process.stdin,
        askOcsp: options.fetch ?? false,
      });
      const now = context.now();
      // Of an OCSP GET that is asked, --as means what came back.
      const inspections = materials.map((material, index) =>
        inspectMaterial(material, index === materials.length - 1 ? options.as : undefined, now),
      );
      const lines = inspections.flatMap((inspection, index) => [
        ...(index === 0 ? [] : ['']),
        ...printInspection(inspection),
      ]);
      printResult(
        { ...context, stdout: (text) => context.stdout(printable(text, '\n')) },
        options,
        inspections,
        lines,
      );
    });
}

const explanation = `
A URL is fetched (GET, 15 s, 64 MiB), but for one kind: an OCSP GET holds its
whole request in its path, so it is only decoded, unless --fetch says to ask it
as well. A path or base64 text from a log is read in any escaping.

Examples:
  lancre inspect e1.pem
  lancre inspect http://pki.example.net/c/e1.crl
  lancre inspect /o/MFEwTzBNMEswSTAJBgUrDgMCGgUABBQ%2B
  openssl s_client -connect example.net:443 </dev/null | lancre inspect -`;
