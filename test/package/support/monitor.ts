import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { own } from "../../../components/basics/model/own";
import { secretOf } from "./wire";

/** A resource as a component has registered it. */
export interface Registered {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  readonly dependencies: readonly string[];
  /** Its inputs as they were sent, with all markers of the wire. */
  readonly sent: Readonly<Record<string, JavaScriptValue>>;
}

/** What the monitor of an engine can do that understands everything that these tests send. */
const FEATURES: ReadonlySet<string> = new Set(["secrets", "resourceReferences", "outputValues", "aliasSpecs"]);

type Handler<Request, Response> = (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>) => void;

/** What the `tls` provider would make. */
const MADE: Readonly<Record<string, Readonly<Record<string, JavaScriptValue>>>> = {
  "tls:index/privateKey:PrivateKey": { privateKeyPem: secretOf("the-key") },
  "tls:index/selfSignedCert:SelfSignedCert": { certPem: "certificate", validityEndTime: "2027-11-15T12:00:00Z" },
};

/** A resource monitor that registers what it is told. @param makes Whether keys and certificates come out of it, as in an `up`. */
export async function startMonitor(
  registered: Registered[],
  makes: boolean,
): Promise<{ readonly server: Server; readonly address: string }> {
  const supportsFeature: Handler<pb.SupportsFeatureRequest, pb.SupportsFeatureResponse> = ({ request }, done) => {
    const response = new pb.SupportsFeatureResponse();
    response.setHassupport(FEATURES.has(request.getId()));
    done(null, response);
  };
  const registerResource: Handler<pb.RegisterResourceRequest, pb.RegisterResourceResponse> = ({ request }, done) => {
    const [type, name] = [request.getType(), request.getName()];
    const urn = `urn:pulumi:stack::project::${type}::${name}`;
    const sent = (request.getObject()?.toJavaScript() ?? {}) as Registered["sent"];
    const dependencies = request.getDependenciesList();
    registered.push({ urn, type, name, parent: request.getParent(), dependencies, sent });
    const response = new pb.RegisterResourceResponse();
    response.setUrn(urn);
    const made = makes ? (own(MADE, type) ?? {}) : {};
    response.setObject(Struct.fromJavaScript({ ...sent, ...made }));
    if (makes) response.setId(`${name}-id`);
    done(null, response);
  };
  const registerResourceOutputs: Handler<pb.RegisterResourceOutputsRequest, Empty> = (_, done) => {
    done(null, new Empty());
  };
  const server = new Server();
  server.addService(ResourceMonitorService, { supportsFeature, registerResource, registerResourceOutputs });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { server, address: `127.0.0.1:${String(port)}` };
}
