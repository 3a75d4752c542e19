const AWS = require("aws-sdk");

new AWS.CredentialProviderChain().resolve((failure, credentials) => {
  if (failure) throw failure;
  credentials.get((failure) => {
    if (failure) throw failure;
    console.log(credentials.accessKeyId, credentials.sessionToken ?? "");
  });
});
