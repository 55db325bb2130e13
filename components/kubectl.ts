import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How kubectl gets at a cluster: a context of the ambient kubeconfig, or a kubeconfig's content (a secret). */
export type KubectlAccess =
  { readonly kind: "context"; readonly context: string } | { readonly kind: "kubeconfig"; readonly content: string };

/** kubectl ended with an error, or did not end in time. */
export class KubectlError extends Error {
  override readonly name = "KubectlError";
}

interface RunOptions {
  /** Sent to kubectl's standard input. */
  readonly stdin?: string;
  /** After this many milliseconds kubectl is ended. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 60_000;

/**
 * kubectl for one cluster. Arguments go to the process as they are, never through a shell. A kubeconfig's content goes into a file that
 * only this user can read, and that is gone when {@link Kubectl.close} is called or the process ends.
 */
export class Kubectl {
  private constructor(
    private readonly accessArgs: readonly string[],
    private readonly directory: string | undefined,
    private readonly onExit: () => void,
  ) {}

  static async open(access: KubectlAccess): Promise<Kubectl> {
    if (access.kind === "context") {
      return new Kubectl([`--context=${access.context}`], undefined, () => undefined);
    }
    const directory = await mkdtemp(join(tmpdir(), "clustermesh-"));
    const onExit = () => {
      rmSync(directory, { recursive: true, force: true });
    };
    process.once("exit", onExit);
    const file = join(directory, "kubeconfig");
    await writeFile(file, access.content, { mode: 0o600 });
    return new Kubectl([`--kubeconfig=${file}`], directory, onExit);
  }

  /** Runs kubectl and gives what it printed. @throws {@link KubectlError} with kubectl's own words. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.attempt(args, options);
    if (code !== 0) {
      throw new KubectlError(
        stderr.trim() === "" ? `kubectl ${args.join(" ")} ended with ${String(code)}` : stderr.trim(),
      );
    }
    return stdout;
  }

  /** Runs kubectl and gives how it ended, for callers to whom an exit code says something. @throws {@link KubectlError} when it does not end. */
  attempt(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return execute([...this.accessArgs, ...args], options);
  }

  /** Starts kubectl and leaves it running; whoever starts it ends it. */
  start(args: readonly string[]): ChildProcessWithoutNullStreams {
    return spawn("kubectl", [...this.accessArgs, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  }

  /** Whether an object (`kind/name`) is there. */
  async exists(object: string, namespace: string): Promise<boolean> {
    return (await this.run(["get", object, "-n", namespace, "--ignore-not-found", "-o", "name"])).trim() !== "";
  }

  async close(): Promise<void> {
    if (this.directory !== undefined) {
      process.off("exit", this.onExit);
      await rm(this.directory, { recursive: true, force: true });
    }
  }

  /** Opens, uses and closes. */
  static async with<T>(access: KubectlAccess, use: (kubectl: Kubectl) => Promise<T>): Promise<T> {
    const kubectl = await Kubectl.open(access);
    try {
      return await use(kubectl);
    } finally {
      await kubectl.close();
    }
  }
}

/** How kubectl ended and what it said. */
interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(args: readonly string[], { stdin, timeoutMs = DEFAULT_TIMEOUT_MS }: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("kubectl", args, { stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new KubectlError(`kubectl cannot be started (${error.message}); install it and put it on PATH`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (late) {
        reject(new KubectlError(`no answer within ${String(timeoutMs / 1000)} s`));
      } else {
        resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
      }
    });
    // A process that ends early closes its end of the pipe; its exit code says what happened.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin ?? "");
  });
}
