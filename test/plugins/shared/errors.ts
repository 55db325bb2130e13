import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import type { PropertyMap } from "./value";
import { toStruct } from "./wire";

/** The object exists, but did not become what was asked: the engine keeps this state and tries again on the next run. */
export class InitFailed extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly reasons: readonly string[],
    readonly properties: PropertyMap,
    readonly inputs?: PropertyMap,
  ) {
    super(message);
  }
}

/** A gRPC call that this server does not have. */
export class Unimplemented extends Error {}

function withDetails(error: InitFailed): Metadata {
  const detail = new ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setReasonsList([error.message, ...error.reasons]);
  detail.setProperties(toStruct(error.properties));
  if (error.inputs !== undefined) detail.setInputs(toStruct(error.inputs));
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = new Status();
  message.setCode(status.UNKNOWN);
  message.setMessage(error.message);
  message.addDetails(any);
  const metadata = new Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(message.serializeBinary()));
  return metadata;
}

/** The gRPC form of whatever was thrown. */
export function toServiceError(thrown: unknown): ServiceError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return Object.assign(new Error(error.message), {
    code: error instanceof Unimplemented ? status.UNIMPLEMENTED : status.UNKNOWN,
    details: error.message,
    metadata: error instanceof InitFailed ? withDetails(error) : new Metadata(),
  });
}
