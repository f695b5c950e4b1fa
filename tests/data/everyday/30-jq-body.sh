#!/bin/bash
payload=$(jq -n --arg id "$UAMI" '{identity: {type: "UserAssigned", userAssignedIdentities: {($id): {}}}}')
curl -X PATCH -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" --data-raw "$payload" "https://management.azure.com${VM_ID}?api-version=2023-03-01"

BODY=$(cat <<JSON
{
  "identity": {
    "type": "UserAssigned",
    "userAssignedIdentities": { "$UAMI": {} }
  }
}
JSON
)
curl -X PATCH -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" --data-raw "$BODY" "https://management.azure.com${VM_ID}?api-version=2023-03-01"
read -r -d '' TAGS <<'JSON' || true
{"tags": {"a": "b"}}
JSON
curl -X PATCH -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "$TAGS" "https://management.azure.com/subscriptions/$SUB/resourceGroups/$RG/providers/Microsoft.Compute/virtualMachines/$VM?api-version=2023-03-01"
