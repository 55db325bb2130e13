import type { PropertyMap } from "./value";

export interface CheckRequest {
  readonly urn: string;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
}

export interface CheckResponse {
  readonly inputs: PropertyMap;
  readonly failures?: readonly CheckFailure[];
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface DiffRequest {
  readonly urn: string;
  /** The state: the outputs of the last operation. */
  readonly olds: PropertyMap;
  readonly oldInputs: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export type DiffKind = "add" | "delete" | "update";

export interface PropertyDiff {
  readonly kind: DiffKind;
  readonly replace: boolean;
  /** Between old and new inputs, not between the state and the inputs. */
  readonly input: boolean;
}

export interface DiffResponse {
  readonly changes: boolean;
  /** By property path, such as `data.foo` or `spec.ports[0]`. */
  readonly detailed: ReadonlyMap<string, PropertyDiff>;
}

export interface CreateRequest {
  readonly urn: string;
  readonly inputs: PropertyMap;
  readonly preview: boolean;
}

export interface CreateResponse {
  readonly id: string;
  readonly state: PropertyMap;
}

export interface ReadRequest {
  readonly id: string;
  readonly urn: string;
  readonly inputs: PropertyMap;
  readonly state: PropertyMap;
}

/** `id: ""` says that the object is gone. */
export interface ReadResponse {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly state: PropertyMap;
}

export interface UpdateRequest {
  readonly urn: string;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly preview: boolean;
}

export interface DeleteRequest {
  readonly urn: string;
  readonly state: PropertyMap;
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
  checkConfig(request: CheckRequest): CheckResponse;
  diffConfig(request: DiffRequest): DiffResponse;
  check(request: CheckRequest): Promise<CheckResponse>;
  diff(request: DiffRequest): Promise<DiffResponse>;
  create(request: CreateRequest): Promise<CreateResponse>;
  read(request: ReadRequest): Promise<ReadResponse>;
  update(request: UpdateRequest): Promise<PropertyMap>;
  delete(request: DeleteRequest): Promise<void>;
}
