import { Server, ServerCredentials, type handleUnaryCall } from "@grpc/grpc-js";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { toServiceError } from "./errors";
import { Engine, silent } from "./host";
import * as messages from "./messages";
import type { Host, Provider } from "./provider";
import { toStruct } from "./wire";
import { objectDiff } from "./objectDiff";
import { plainMap } from "./value";

const GIGABYTE = 2 ** 30;

/** A gRPC handler out of a function that may throw or reject; `settled` is waited for before the answer goes out. */
function unary<Request, Response>(
  work: (request: Request) => Response | Promise<Response>,
  settled: () => Promise<void> = () => Promise.resolve(),
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve(call.request)
      .then(work)
      .finally(settled)
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(toServiceError(error));
        },
      );
  };
}

function configured(): pb.ConfigureResponse {
  const response = new pb.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  return response;
}

function info(version: string): PluginInfo {
  const response = new PluginInfo();
  response.setVersion(version);
  return response;
}

function schema(provider: Provider, version: string): pb.GetSchemaResponse {
  const response = new pb.GetSchemaResponse();
  response.setSchema(JSON.stringify({ name: provider.name, version, resources: {} }));
  return response;
}

function handlers(provider: Provider, version: string, cancel: AbortController, quit: () => void) {
  const empty = new Empty();
  let host: typeof silent = silent;
  const attach = (address: string) => {
    const engine = new Engine(address);
    engine.watch(quit);
    host = engine;
  };
  const flushed = <Request, Response>(work: (request: Request) => Response | Promise<Response>) =>
    unary(work, () => host.flush());
  const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (address !== undefined) attach(address);
  return {
    attach: unary((request: PluginAttach) => {
      attach(request.getAddress());
      return empty;
    }),
    cancel: unary(() => {
      cancel.abort();
      return empty;
    }),
    getPluginInfo: unary(() => info(version)),
    getSchema: unary(() => schema(provider, version)),
    getMapping: unary(() => new pb.GetMappingResponse()),
    getMappings: unary(() => new pb.GetMappingsResponse()),
    configure: unary(() => {
      const log: Host["log"] = (...line) => {
        host.log(...line);
      };
      provider.configure({ log }, cancel.signal);
      return configured();
    }),
    checkConfig: unary((request: pb.CheckRequest) =>
      messages.checkResponse({ inputs: messages.checkRequest(request).news }),
    ),
    diffConfig: unary((request: pb.DiffRequest) => {
      const { olds, news } = messages.diffRequest(request);
      return messages.diffResponse(objectDiff(plainMap(olds), plainMap(news), () => false));
    }),
    check: flushed((request: pb.CheckRequest) =>
      messages.checkResponse(provider.check(messages.checkRequest(request))),
    ),
    diff: flushed((request: pb.DiffRequest) => messages.diffResponse(provider.diff(messages.diffRequest(request)))),
    create: flushed(async (request: pb.CreateRequest) =>
      messages.createResponse(await provider.create(messages.createRequest(request))),
    ),
    read: flushed((request: pb.ReadRequest) => messages.readResponse(provider.read(messages.readRequest(request)))),
    update: flushed(async (request: pb.UpdateRequest) => {
      const response = new pb.UpdateResponse();
      response.setProperties(toStruct(await provider.update(messages.updateRequest(request))));
      return response;
    }),
    delete: flushed(async (request: pb.DeleteRequest) => {
      await provider.delete(messages.deleteRequest(request));
      return empty;
    }),
  };
}

/**
 * Serves a provider on a free port of loopback and prints that port, as Pulumi expects of a plugin.
 * Ends on SIGINT, on SIGTERM and when the engine is gone; work under way is cancelled first.
 */
export function serve(provider: Provider, version: string): void {
  const cancel = new AbortController();
  const quit = () => {
    cancel.abort();
    setImmediate(() => process.exit(0));
  };
  process.once("SIGINT", quit);
  process.once("SIGTERM", quit);
  const server = new Server({ "grpc.max_receive_message_length": GIGABYTE, "grpc.max_send_message_length": GIGABYTE });
  server.addService(ResourceProviderService, handlers(provider, version, cancel, quit));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${String(port)}\n`);
  });
}
