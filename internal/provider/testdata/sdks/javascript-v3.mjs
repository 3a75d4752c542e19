import { defaultProvider } from "@aws-sdk/credential-provider-node";

const credentials = await defaultProvider()();
console.log(credentials.accessKeyId, credentials.sessionToken ?? "");
