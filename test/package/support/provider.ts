import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { credentials, type Server, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { startEngine, type LogLine } from "../../plugins/harness/engine";
import { startMonitor, type Registered } from "./monitor";

/** What a component was asked to be. */
export interface Asked {
  readonly type: string;
  readonly name: string;
  /** With the markers of the wire. */
  readonly inputs: Readonly<Record<string, JavaScriptValue>>;
  /** URNs of the resources that an input comes from. */
  readonly from?: Readonly<Record<string, readonly string[]>>;
  /** By default a preview. */
  readonly operation?: "preview" | "up";
}

/** What came of it. */
export interface Constructed {
  readonly urn: string;
  /** Its outputs, with the markers of the wire. */
  readonly state: Readonly<Record<string, JavaScriptValue>>;
  readonly registered: readonly Registered[];
}

function promised<T>(work: (done: (error: ServiceError | null, response: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    work((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

/** The component provider in a process of its own, talked to as the engine does. */
export class ComponentProvider {
  private constructor(
    private readonly process: ChildProcessByStdio<null, Readable, null>,
    private readonly client: ResourceProviderClient,
    private readonly engine: Server,
    /** What it has logged. */
    readonly log: readonly LogLine[],
  ) {}

  /** @param args How node starts it, before the address of the engine. */
  static async start(folder: string, ...args: readonly string[]): Promise<ComponentProvider> {
    const lines: LogLine[] = [];
    const { server, address } = await startEngine(lines);
    const child = spawn(process.execPath, [...args, address], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder },
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const port of createInterface({ input: child.stdout })) {
      const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
      return new ComponentProvider(child, client, server, lines);
    }
    throw new Error("the provider ended before it had printed a port");
  }

  async stop(): Promise<void> {
    this.client.close();
    this.engine.forceShutdown();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGTERM");
    await ended;
  }

  async schema(): Promise<unknown> {
    const response = await promised<pb.GetSchemaResponse>((done) => {
      this.client.getSchema(new pb.GetSchemaRequest(), done);
    });
    return JSON.parse(response.getSchema());
  }

  /** Has it made. @param registered Hears of every resource, also where this fails. */
  async construct(
    { type, name, inputs, from = {}, operation = "preview" }: Asked,
    registered: Registered[] = [],
  ): Promise<Constructed> {
    const monitor = await startMonitor(registered, operation === "up");
    try {
      const request = new pb.ConstructRequest();
      request.setProject("project");
      request.setStack("stack");
      request.setOrganization("organization");
      request.setDryrun(operation === "preview");
      request.setParallel(16);
      request.setMonitorendpoint(monitor.address);
      request.setType(type);
      request.setName(name);
      request.setInputs(Struct.fromJavaScript({ ...inputs }));
      for (const [key, urns] of Object.entries(from)) {
        const dependencies = new pb.ConstructRequest.PropertyDependencies();
        dependencies.setUrnsList([...urns]);
        request.getInputdependenciesMap().set(key, dependencies);
      }
      request.setAcceptsOutputValues(true);
      const response = await promised<pb.ConstructResponse>((done) => this.client.construct(request, done));
      const state = (response.getState()?.toJavaScript() ?? {}) as Constructed["state"];
      return { urn: response.getUrn(), state, registered };
    } finally {
      monitor.server.forceShutdown();
    }
  }
}
