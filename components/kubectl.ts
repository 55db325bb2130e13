import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { openKubeconfig, type KubeconfigFile } from "./kubeconfigFile";
import { limiter } from "./limiter";

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

/** Each is a process with some 40 MiB; a check of a large mesh asks thousands of agents. */
const atOnce = limiter(32);

/** Pulumi gives a program its configuration in the environment, decrypted, beside its passphrase: nothing that kubectl has to do with. */
function withoutPulumiConfig(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("PULUMI_CONFIG")));
}

/** kubectl for one cluster. Arguments go to the process as they are, never through a shell; a kubeconfig's content is in none of them. */
export class Kubectl {
  private constructor(
    private readonly access: string,
    private readonly kubeconfig?: KubeconfigFile,
  ) {}

  static async open(access: KubectlAccess): Promise<Kubectl> {
    if (access.kind === "context") {
      return new Kubectl(`--context=${access.context}`);
    }
    const kubeconfig = await openKubeconfig(access.content);
    return new Kubectl(`--kubeconfig=${kubeconfig.path}`, kubeconfig);
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
  async attempt(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return atOnce(() => ending(this.start(args), options));
  }

  /** Starts kubectl and leaves it running; whoever starts it ends it. */
  start(args: readonly string[]): ChildProcessWithoutNullStreams {
    const descriptor = this.kubeconfig?.descriptor;
    const child = spawn("kubectl", [this.access, ...args], {
      stdio: ["pipe", "pipe", "pipe", ...(descriptor === undefined ? [] : [descriptor])],
      env: withoutPulumiConfig(process.env),
    });
    // Node's types know streams of three entries only.
    return child as ChildProcessWithoutNullStreams;
  }

  /** Whether an object (`kind/name`) is there. */
  async exists(object: string, namespace: string): Promise<boolean> {
    return (await this.run(["get", object, "-n", namespace, "--ignore-not-found", "-o", "name"])).trim() !== "";
  }

  async close(): Promise<void> {
    await this.kubeconfig?.close();
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

function ending(
  child: ChildProcessWithoutNullStreams,
  { stdin, timeoutMs = DEFAULT_TIMEOUT_MS }: RunOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
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
