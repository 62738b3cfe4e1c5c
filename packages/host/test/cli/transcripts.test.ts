import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { playTranscript, usesProgram } from './cli-transcript.js';
import { missingPrograms } from './run-program.js';

// Compiled, this file is in dist-test/cli; the transcripts stay where they were written.
const transcripts = new URL('../../test/cli/transcripts/', import.meta.url);
const opensslIsMissing = missingPrograms('openssl');

describe('the command line, as sessions in a shell', { concurrency: 2 }, () => {
  for (const file of readdirSync(transcripts).filter((name) => name.endsWith('.txt'))) {
    it(file, async (test) => {
      const transcript = new URL(file, transcripts);
      if (opensslIsMissing && (await usesProgram(transcript, 'openssl'))) test.skip(opensslIsMissing);
      else await playTranscript(transcript);
    });
  }
});
