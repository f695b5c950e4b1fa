#!/bin/bash
cat > body.json <<'EOF'
{
  "location": "westeurope",
  "identity": {"type": "SystemAssigned"}
  "properties": {}
}
EOF
az rest --method put --url "https://management.azure.com/subscriptions/$SUB/resourceGroups/$RG/providers/Microsoft.Compute/virtualMachines/$VM?api-version=2024-03-01" --body @body.json
rm body.json
