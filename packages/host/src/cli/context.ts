/** What a command may touch of the world; tests hand in their own. */
export interface CliContext {
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Progress and errors. */
  readonly stderr: (text: string) => void;
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly folder: string;
  readonly now: () => Date;
  /** Resolves when the process is asked to end (SIGINT, SIGTERM); only then are these signals held back. */
  readonly stopRequested: () => Promise<void>;
  readonly randomBytes: (octets: number) => Uint8Array;
}
