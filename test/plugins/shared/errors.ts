import { Metadata, status, type ServiceError } from "@grpc/grpc-js";

/** A gRPC call that this server does not have. */
export class Unimplemented extends Error {}

/** The gRPC form of whatever was thrown. */
export function toServiceError(thrown: unknown): ServiceError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return Object.assign(new Error(error.message), {
    code: error instanceof Unimplemented ? status.UNIMPLEMENTED : status.UNKNOWN,
    details: error.message,
    metadata: new Metadata(),
  });
}
