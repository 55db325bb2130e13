import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { mock } from "node:test";
import { Script } from "node:vm";
import { Kubectl } from "../../../../components/kubernetes/kubectl";
import { REQUEST_LOG } from "../../../../components/kubernetes/model/requestLog";
import type { GroupedProcess } from "../../../../components/kubernetes/processGroup";
import { printAsAsked } from "../../../support/kubernetes/printJsonPath";

/** What kubectl logs when it starts. */
export const STARTED = "I1129 15:56:08.042017   29645 loader.go:402] Config loaded from file";

/** A kubectl that has started, and waits for an API server that is silent. */
export const SILENT = `process.stderr.write("${STARTED}\\n");
setInterval(() => undefined, 1000);`;

type Call = readonly string[];

/** A kubectl of the tests' own, in place of the real one from its first script to the end of the test. */
export interface ScriptedKubectl {
  /**
   * Answers by this script from now on.
   *
   * @param body JavaScript; it has `args`, the arguments without the first, which is `cluster` and says which one is meant, `calls(which?)`,
   * how often it was called so far, and `printAsAsked(args, value)`, what kubectl prints of a value.
   */
  script(body: string): void;
  /** The argument lists that this script was called with, without the verbosity. */
  calls(): readonly Call[];
}

/** For a `describe`: a kubectl that its tests script. It runs in this process: to start one would take most of the time of such a test. */
export function scriptedKubectl(): ScriptedKubectl {
  let made: Call[] = [];
  afterEach(() => {
    mock.restoreAll();
    made = [];
  });
  return {
    script: (body) => {
      mock.restoreAll();
      const calls: Call[] = (made = []);
      const script = new Script(body);
      mock.method(Kubectl.prototype, "start", function (this: object, args: readonly string[]) {
        const call = [String(Reflect.get(this, "access")), ...args.filter((arg) => arg !== REQUEST_LOG)];
        calls.push(call);
        return started(script, call, calls);
      });
    },
    calls: () => made,
  };
}

const EXIT = new Error("the script has ended itself");

/** Runs a script as a program would run: it has its own streams, and ends with a code, or by being ended. */
function started(script: Script, [cluster, ...args]: Call, calls: readonly Call[]): GroupedProcess {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const { stdin, stdout, stderr } = streams;
  const child = Object.assign(new EventEmitter(), streams);
  const close = (code: number | null) => {
    stdout.end();
    stderr.end();
    void Promise.allSettled([finished(stdout), finished(stderr)]).then(() => child.emit("close", code));
  };
  void text(stdin).then((given) => {
    let code = 0;
    const timers: object[] = [];
    const exit = (with_ = code): never => {
      code = with_;
      throw EXIT;
    };
    try {
      script.runInNewContext({
        ...{ cluster, args, printAsAsked, Buffer },
        calls: (which: (call: Call) => boolean = () => true) => calls.filter((call) => which(call)).length,
        fs: { readFileSync: () => given },
        process: { stdout, stderr, exit },
        setInterval: () => timers.push({}),
      });
    } catch (error) {
      if (error !== EXIT) throw error;
    }
    // What waits for its timers does not end by itself.
    if (timers.length > 0) return;
    // Its log says that it ran, as the real one's does.
    if (code === 0) stderr.write(`${STARTED}\n`);
    close(code);
  });
  return Object.assign(child, {
    end: () => {
      close(null);
    },
  });
}
