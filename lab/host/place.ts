import { isIPv6 } from "node:net";

/**
 * Where a process of the lab runs and which address it serves on. Everything else in the lab uses only this, so that a
 * control plane is the same whether it lives on the host's loopback or in a network namespace.
 */
export interface Place {
  /** The address that servers in this place listen on, and on which the lab's own processes find each other. */
  readonly ip: string;
  /** Its address of the other IP family, where it has one. */
  readonly otherIps: readonly string[];
  /** The address under which programs of this machine find the same servers. */
  readonly dialIp: string;
  /** The command line that starts `command` in this place. */
  readonly commandLine: (command: readonly string[]) => readonly string[];
}

/** An address as it stands in a URL. */
export const urlHost = (ip: string): string => (isIPv6(ip) ? `[${ip}]` : ip);

/** The host itself, on a loopback address of its own: needs no root and no set-up. */
export const onLoopback = (ip: string): Place => ({
  ip,
  otherIps: [],
  dialIp: ip,
  commandLine: (command) => command,
});

/** The network namespace of a process. What listens there is found from this machine through the lab's gateway, on `dialIp`. */
export const inNetworkOf = (pid: number, ip: string, dialIp: string, otherIps: readonly string[] = []): Place => ({
  ip,
  otherIps,
  dialIp,
  commandLine: (command) => ["nsenter", `--target=${pid}`, "--net", "--", ...command],
});

/** All namespaces of a process: another machine, as far as what runs there can tell. */
export const inNamespacesOf = (pid: number, ip: string): Place => ({
  ip,
  otherIps: [],
  dialIp: ip,
  commandLine: (command) => ["nsenter", `--target=${pid}`, "--all", "--", ...command],
});
