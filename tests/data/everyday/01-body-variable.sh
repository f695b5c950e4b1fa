#!/usr/bin/env bash
set -euo pipefail

SUBSCRIPTION_ID=$(az account show --query id -o tsv)
RG="rg-web-prod"
VM_NAME=${1:?usage: $0 VM}
TOKEN=$(az account get-access-token --query accessToken --output tsv)

body='{
  "identity": {
    "type": "SystemAssigned"
  }
}'

URL="https://management.azure.com/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${RG}/providers/Microsoft.Compute/virtualMachines/${VM_NAME}?api-version=2023-07-01"

curl --fail --silent --show-error \
     --request PATCH \
     --header "Authorization: Bearer ${TOKEN}" \
     --header "Content-Type: application/json" \
     --data "$body" \
     "$URL" | jq .
