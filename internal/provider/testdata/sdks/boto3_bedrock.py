# Calls Amazon Bedrock at the URL in the first argument.
import sys

import boto3

boto3.client("bedrock", region_name="us-east-1", endpoint_url=sys.argv[1]).list_foundation_models()
