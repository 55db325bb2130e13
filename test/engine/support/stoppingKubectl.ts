import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { killSession } from "../../support/session";
import type { PulumiStack, Run } from "../../support/stacks/pulumi";
import { waitUntil } from "../../support/waitUntil";

/** The moment after a write: the verb of a deploy-time command, the context of its cluster, and which of its writes it is. */
export interface WriteBoundary {
  readonly verb: string;
  readonly context: string;
  readonly write: number;
}

/** How a run has ended that was to be killed. */
type Killed = { readonly kind: "killed" } | { readonly kind: "ended"; readonly run: Run };

/** What of kubectl changes something; the proxy is started for each write that goes through it. Annotated pods are only told of what was written before. */
const WRITES = ["apply", "delete", "patch", "proxy"] as const;
const STOP_SECONDS = 600;

const ANY = "any";
const textOf = ({ verb, context, write }: WriteBoundary): string => `${verb} ${context} ${String(write)}`;

/**
 * A kubectl that stands before the real one. It writes down each write, by the command that asks for it; and that command stands still when it asks
 * for anything after the write at which it is to stop: so that is done, and nothing after it, however fast or slow the machine is.
 */
const program = (folder: string, kubectl: string): string => `#!/bin/bash
mapfile -d '' -t caller < "/proc/$PPID/cmdline"
verb="\${caller[-1]}" context="\${1#--context=}" log="${folder}/writes/$PPID" stop=""
[ -e "${folder}/stop" ] && stop="$(< "${folder}/stop")"
writes=()
[ -e "$log" ] && mapfile -t writes < "$log"
done="\${#writes[@]}"
if [ "$stop" = "$verb $context $done" ] || [ "$stop" = ${ANY} -a "$done" -gt 0 ]; then
  : > "${folder}/stopped"
  exec sleep 3600
fi
for word in "$@"; do
  case "$word" in ${WRITES.join("|")}) echo "$verb $context $(( done + 1 ))" >> "$log"; break ;; esac
done
exec ${kubectl} "$@"
`;

/** Such a kubectl, for stacks that have its `path`. */
export interface StoppingKubectl {
  /** PATH with it before all else. */
  readonly path: string;
  /** The writes of all commands that ran meanwhile, each of which was followed by another question. */
  readonly during: (work: () => Promise<unknown>) => Promise<readonly WriteBoundary[]>;
  /** Runs an operation up to a write, or up to the first one that it makes, and kills all of it there. */
  readonly kill: (stack: PulumiStack, operation: "up" | "destroy", at?: WriteBoundary) => Promise<Killed>;
  readonly remove: () => void;
}

/** Places one before the programs of a lab. */
export function stoppingKubectl(bin: { readonly dir: string; readonly kubectl: string }): StoppingKubectl {
  const folder = mkdtempSync(join(tmpdir(), "clustermesh-kubectl-"));
  const [writes, stop, stopped] = ["writes", "stop", "stopped"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(join(folder, "kubectl"), program(folder, bin.kubectl));
  chmodSync(join(folder, "kubectl"), 0o700);
  const forget = () => {
    [writes, stop, stopped].forEach((path) => {
      rmSync(path, { recursive: true, force: true });
    });
    mkdirSync(writes);
  };
  forget();
  return {
    path: [folder, bin.dir, process.env["PATH"] ?? ""].join(delimiter),
    during: async (work) => {
      forget();
      await work();
      const lines = readdirSync(writes).flatMap((log) => readFileSync(join(writes, log), "utf8").trim().split("\n"));
      return lines.toSorted().map((line) => {
        const [verb = "", context = "", write = ""] = line.split(" ");
        return { verb, context, write: Number(write) };
      });
    },
    kill: async (stack, operation, at) => {
      forget();
      writeFileSync(stop, at === undefined ? ANY : textOf(at));
      const flags = ["--yes", "--skip-preview", "--parallel", "1"];
      const { process: cli, ended } = stack.start(operation, flags, { detached: true });
      let run: Run | undefined;
      const done = ended.then((each) => {
        run = each;
      });
      try {
        const isOver = () => existsSync(stopped) || run !== undefined;
        await waitUntil(`${operation} stands at a write, or ends`, STOP_SECONDS, isOver);
        if (run !== undefined) return { kind: "ended", run };
      } finally {
        await killSession(cli.pid ?? 0);
        await done;
        forget();
      }
      await stack.cancel();
      return { kind: "killed" };
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
