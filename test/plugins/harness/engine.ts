import { Server, ServerCredentials } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

/** A line that a plugin logged to the engine. */
export interface LogLine {
  /** The resource that it is about; empty for the plugin as a whole. */
  readonly urn: string;
  readonly severity: number;
  readonly message: string;
  readonly passing: boolean;
}

/** An engine that does nothing but listen to the log. */
export async function startEngine(lines: LogLine[]): Promise<{ readonly server: Server; readonly address: string }> {
  const server = new Server();
  server.addService(EngineService, {
    log: (call: { readonly request: LogRequest }, callback: (error: null, response: Empty) => void) => {
      const { request } = call;
      lines.push({
        urn: request.getUrn(),
        severity: request.getSeverity(),
        message: request.getMessage(),
        passing: request.getEphemeral(),
      });
      callback(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { server, address: `127.0.0.1:${String(port)}` };
}
