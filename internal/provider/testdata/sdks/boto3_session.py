import boto3

credentials = boto3.Session().get_credentials().get_frozen_credentials()
print(credentials.access_key, credentials.token or "")
