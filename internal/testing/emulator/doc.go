// Package emulator is an OpenID Connect issuer and an AWS Security Token
// Service on loopback, for tests and demonstrations.
//
// It answers three actions of STS's query protocol, AssumeRoleWithWebIdentity,
// AssumeRole, and GetCallerIdentity, and refuses what AWS refuses, with AWS's
// error codes and HTTP statuses: it verifies tokens against keys that it fetches
// from the issuer over HTTP, evaluates real trust policies, permissions of
// callers, and session policies, and checks the signature of signed requests.
// Where AWS's wording is known it is used; where it isn't, the comment beside the
// text says so.
//
// A test that passes Options.Unexpected fails when a client sends what no
// correct client would send, whatever the emulator answers.
//
// Nothing it issues is valid anywhere but at the server that issued it, and
// nothing is kept but in memory.
package emulator
