import type { ExecResult } from "../../../../components/kubernetes/clusterApi";

/** An etcd in memory, as the commands in an agent show and change it. */
export class EtcdInMemory {
  readonly keys: Map<string, string>;
  /** What was deleted so far, with what it held. */
  readonly deleted: (readonly [key: string, value: string])[] = [];

  /** What happens at the time at which a key is set. */
  onSet: (entry: readonly [key: string, value: string]) => void = () => undefined;

  /** @param listing Lines `<key> => <value>`. */
  constructor(listing: string) {
    this.keys = new Map(
      listing.split("\n").flatMap((line) => {
        const [key = "", value] = line.split(" => ");
        return value === undefined ? [] : [[key, value] as const];
      }),
    );
  }

  /** The numbers of its identities. */
  identities(): readonly string[] {
    return [...this.keys.keys()].flatMap((key) => /\/identities\/v1\/id\/(\d+)$/.exec(key)?.[1] ?? []);
  }

  private delete(hits: (key: string) => boolean): void {
    for (const [key, value] of [...this.keys].filter(([each]) => hits(each))) {
      this.deleted.push([key, value]);
      this.keys.delete(key);
    }
  }

  /** The answer to a command; `undefined` where it is not about the etcd. */
  answer(command: readonly string[]): string | ExecResult | undefined {
    const [program, ...rest] = command;
    if (program === "bash" && rest[2] === "set") {
      for (let n = 3; n + 1 < rest.length; n += 2) {
        const [key = "", value = ""] = rest.slice(n);
        this.keys.set(key, value);
        this.onSet([key, value]);
      }
      return "";
    }
    if (program === "bash" && rest[2] === "add") {
      for (let n = 4; n + 1 < rest.length; n += 2) {
        const [key = "", value = ""] = rest.slice(n);
        if (!this.keys.has(key)) this.keys.set(key, value);
      }
      return "";
    }
    if (program === "bash" && rest[2] === "delete") {
      this.delete((key) => rest.slice(3).includes(key));
      return "";
    }
    if (program !== "cilium-dbg" || rest[0] !== "kvstore") return undefined;
    const [, verb, , prefix = ""] = rest;
    if (verb === "delete") this.delete((key) => key.startsWith(prefix));
    const found = verb === "get" ? [...this.keys].filter(([key]) => key.startsWith(prefix)) : [];
    return found.map((entry) => `${entry.join(" => ")}\n`).join("");
  }
}
