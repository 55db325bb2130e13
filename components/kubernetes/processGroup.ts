import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";
import type { EventEmitter } from "node:events";
import { Socket } from "node:net";

/** A process that is ended together with all that it has started. */
export type GroupedProcess = Pick<ChildProcessWithoutNullStreams, "stdin" | "stdout" | "stderr"> &
  Pick<EventEmitter, "on"> & { readonly end: () => void };

/** Between the request to end and the end. */
const GRACE_MS = 1000;
/** What has ended may leave behind who holds its streams open, for so long. */
const LINGER_MS = 1000;

/**
 * Ends the groups that are left when its input ends: however this program ends, by a signal that it cannot catch too, nothing stays that it
 * has started. Its input has each group as `+ leader`, and of its end as `- leader`.
 */
const LIFELINE_SCRIPT = `groups=" "
while read -r sign leader; do
  case $sign in
    +) groups="$groups$leader " ;;
    -) groups="\${groups%% $leader *} \${groups#* $leader }" ;;
  esac
done
for leader in $groups; do kill -s TERM -- "-$leader"; done 2>/dev/null
[ "\${groups# }" = "" ] || sleep 1
for leader in $groups; do kill -s KILL -- "-$leader"; done 2>/dev/null`;

const running = new Set<number>();
/** The leaders of the groups that are ended with this program. */
export const lookedAfter: ReadonlySet<number> = running;
let lifeline: ChildProcess | undefined;

function startLifeline(): ChildProcess {
  const child = spawn("sh", ["-c", LIFELINE_SCRIPT], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
  });
  const lost = () => {
    if (lifeline === child) lifeline = undefined;
  };
  child.on("error", lost).on("exit", lost);
  child.stdin.on("error", lost);
  // It waits for this program, and this program not for it.
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.stdin.write([...running].map((leader) => `+ ${leader}\n`).join(""));
  return child;
}

function started(leader: number): void {
  running.add(leader);
  if (process.platform === "win32") return;
  if (lifeline === undefined) lifeline = startLifeline();
  else lifeline.stdin?.write(`+ ${leader}\n`);
}

function gone(leader: number): void {
  if (running.delete(leader)) lifeline?.stdin?.write(`- ${leader}\n`);
}

/**
 * Looks after a process that was started as the leader of a group of its own (`detached`). kubectl starts credential plugins, and they start
 * others: any of them may keep a stream open, or wait for a log-in, after kubectl has been ended. So all are asked to end, and ended.
 */
export function inGroup(child: ChildProcessWithoutNullStreams): GroupedProcess {
  const { pid, stdin, stdout, stderr } = child;
  /** Whether there was anybody to hear it. */
  const signal = (name: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-(pid ?? Number.NaN), name);
    } catch {
      // There is no such group, or there are no groups.
      return child.kill(name);
    }
  };
  let closed = false;
  let late: NodeJS.Timeout | undefined;
  const end = () => {
    // The number of what has ended may be another's by now.
    if (closed || late !== undefined || pid === undefined) return;
    signal("SIGTERM");
    late = setTimeout(() => {
      signal("SIGKILL");
      [stdin, stdout, stderr].forEach((stream) => stream.destroy());
      gone(pid);
    }, GRACE_MS);
  };
  if (pid !== undefined) {
    started(pid);
    let lingering: NodeJS.Timeout | undefined;
    child.on("exit", () => {
      // This program may have been held up itself: what came in meanwhile is read first.
      lingering = setTimeout(() => setImmediate(end), LINGER_MS);
    });
    child.on("close", () => {
      closed = true;
      clearTimeout(lingering);
      if (late !== undefined && signal(0)) {
        // Who is left without a stream is ended as well; nobody waits for that, and the lifeline would see to it.
        late.unref();
        return;
      }
      clearTimeout(late);
      gone(pid);
    });
  }
  return Object.assign(child, { end });
}
