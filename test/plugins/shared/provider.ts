import type * as messages from "./messages";
import type { PropertyMap } from "./value";

/** What the engine asks for, out of the protocol's messages. `olds` is the state: the outputs of the last operation. */
export type CheckRequest = Readonly<ReturnType<typeof messages.checkRequest>>;
export type DiffRequest = Readonly<ReturnType<typeof messages.diffRequest>>;
export type CreateRequest = Readonly<ReturnType<typeof messages.createRequest>>;
export type ReadRequest = Readonly<ReturnType<typeof messages.readRequest>>;
export type UpdateRequest = Readonly<ReturnType<typeof messages.updateRequest>>;
export type DeleteRequest = Readonly<ReturnType<typeof messages.deleteRequest>>;

export interface CheckResponse {
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface PropertyDiff {
  readonly kind: "add" | "delete" | "update";
  readonly replace: boolean;
  /** Between old and new inputs, not between the state and the inputs. */
  readonly input: boolean;
}

/** What differs, by property path, such as `data.foo` or `spec.ports[0]`. */
export type Differences = ReadonlyMap<string, PropertyDiff>;

export interface CreateResponse {
  readonly id: string;
  readonly state: PropertyMap;
}

/** `id: ""` says that the object is gone. */
export interface ReadResponse extends CreateResponse {
  readonly inputs: PropertyMap;
}

export type Severity = "info" | "warning";

/** The engine, as a plugin talks to it. */
export interface Host {
  /** A line of the run's diagnostics; a `status` line only passes by while the resource is worked on. */
  log(severity: Severity, urn: string, message: string, kind?: "status"): void;
}

/** What a plugin does, free of gRPC: {@link serve} puts it on the wire. */
export interface Provider {
  readonly name: string;
  configure(host: Host, cancelled: AbortSignal): void;
  check(request: CheckRequest): CheckResponse;
  diff(request: DiffRequest): Differences;
  create(request: CreateRequest): Promise<CreateResponse>;
  read(request: ReadRequest): ReadResponse;
  update(request: UpdateRequest): PropertyMap | Promise<PropertyMap>;
  delete(request: DeleteRequest): void | Promise<void>;
}
