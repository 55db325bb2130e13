/**
 * Where a process of the lab runs and which address it serves on. Everything else in the lab asks only this, so that a
 * control plane does not know whether it lives on the host's loopback or in a network namespace.
 */
export interface Place {
  /** The address that servers in this place listen on and clients dial. */
  readonly ip: string;
  /** The command line that starts `command` in this place. */
  readonly commandLine: (command: readonly string[]) => readonly string[];
}

/** The host itself, on a loopback address of its own: needs no root and no set-up. */
export const onLoopback = (ip: string): Place => ({ ip, commandLine: (command) => command });
