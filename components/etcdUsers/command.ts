import { z } from "zod";
import { dispatch, previousOutput, readInput, readSecrets } from "../command/protocol";
import { contactTo } from "../kubernetes/openClusters";
import { withEtcdUsers, type EtcdUsers } from "./etcdClient";
import { usersInput, usersVerbs } from "./verbs";

// The client gives Node an address for a server's name where the endpoint is one; that Node does not like it is no news for users.
process.noDeprecation = true;

const given = readInput(usersInput);

const credential = z.object({ "etcd.ca": z.string(), "etcd.certificate": z.string(), "etcd.privateKey": z.string() });

async function inEtcd<T>(use: (etcd: EtcdUsers) => Promise<T>): Promise<T> {
  const {
    "etcd.ca": ca,
    "etcd.certificate": certificate,
    "etcd.privateKey": privateKey,
  } = await readSecrets(credential);
  return withEtcdUsers(given.cluster, given.endpoints, { ca, certificate, privateKey }, use);
}

const contact = contactTo({ name: given.cluster, context: given.peers?.context });

/** The verb that was run, once it is done. */
export const ran = dispatch(usersVerbs(given, inEtcd, contact, previousOutput())).then((verb) => {
  // A connection that is taken and on which nobody speaks has no end of its own, and would keep this process.
  process.stdout.write("", () => {
    process.exit();
  });
  return verb;
});
