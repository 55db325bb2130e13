import { connect } from "node:net";
import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import type { Host, Severity } from "./provider";

const SEVERITIES: Readonly<Record<Severity, LogSeverity>> = {
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
};
const HEARTBEAT_MS = 5_000;

/** The engine at an address: its log, and whether it still lives. */
export class Engine implements Host {
  private readonly client: EngineClient;
  private readonly pending = new Set<Promise<void>>();

  constructor(private readonly address: string) {
    this.client = new EngineClient(address, credentials.createInsecure());
  }

  log(severity: Severity, urn: string, message: string, kind?: "status"): void {
    const request = new LogRequest();
    request.setSeverity(SEVERITIES[severity]);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(kind === "status");
    const sent = new Promise<void>((resolve) => {
      this.client.log(request, () => {
        resolve();
      });
    }).finally(() => this.pending.delete(sent));
    this.pending.add(sent);
  }

  /** Waits until the engine has every line: what is said of an operation must be there before its result. */
  async flush(): Promise<void> {
    await Promise.all(this.pending);
  }

  /** Calls back once the engine no longer answers: a plugin must not outlive an engine that was killed. */
  watch(gone: () => void): void {
    const at = this.address.lastIndexOf(":");
    const beat = setInterval(() => {
      const socket = connect({ host: this.address.slice(0, at), port: Number(this.address.slice(at + 1)) });
      socket.once("connect", () => socket.destroy());
      socket.once("error", () => {
        clearInterval(beat);
        gone();
      });
    }, HEARTBEAT_MS);
    beat.unref();
  }
}

/** Where log lines go as long as no engine is attached. */
export const silent: Host & { flush(): Promise<void> } = { log: () => undefined, flush: () => Promise.resolve() };
