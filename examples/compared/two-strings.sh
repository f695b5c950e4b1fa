#!/bin/sh
curl -X PATCH "https://management.azure.com/subscriptions/$SUBSCRIPTION_ID/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/web-1?api-version=2018-06-01" \
  -H "Content-Type: application/json" -H "Authorization: Bearer $ACCESS_TOKEN" \
  -d '{"identity":{"type":"SystemAssigned","UserAssigned"}}'
