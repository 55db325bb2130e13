import type { ServiceError } from "@grpc/grpc-js";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { PropertyMap } from "../shared/value";
import { fromStruct } from "../shared/wire";

/** What a diff says, in a form to compare with. */
export interface Diff {
  readonly changes: boolean;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Kinds by path, such as `UPDATE_REPLACE`. */
  readonly detailed: Readonly<Record<string, string>>;
}

/** An error that leaves a resource behind: what the engine would keep of it. */
export class PartialFailure extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly reasons: readonly string[],
    readonly state: PropertyMap,
  ) {
    super(message);
  }
}

/** What a refused call says. */
export function failure(error: ServiceError): Error {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!(details instanceof Buffer)) return new Error(error.details);
  const [any] = Status.deserializeBinary(details).getDetailsList();
  if (any === undefined) return new Error(error.details);
  const partial = pb.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
  return new PartialFailure(
    error.details,
    partial.getId(),
    partial.getReasonsList(),
    fromStruct(partial.getProperties()),
  );
}

const KINDS = new Map(Object.entries(pb.PropertyDiff.Kind).map(([name, value]) => [value as number, name]));

/** A diff as the plugin answered it. */
export function readable(response: pb.DiffResponse): Diff {
  const detailed: Record<string, string> = {};
  response.getDetaileddiffMap().forEach((item, path) => {
    detailed[path] = KINDS.get(item.getKind()) ?? "?";
  });
  return {
    changes: response.getChanges() === pb.DiffResponse.DiffChanges.DIFF_SOME,
    replaces: response.getReplacesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
    detailed,
  };
}
