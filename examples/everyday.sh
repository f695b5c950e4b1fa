#!/usr/bin/env bash
az vm identity assign --resource-group web --name web-1 --identities ID1
az vmss create -g web -n workers --image Ubuntu2204 --assign-identity
az identity create -g web -n ID1 --location westus
az resource patch --ids "$VM_ID" --api-version 2024-07-01 --properties '{"licenseType": "None"}'
az deployment group create -g web --template-file main.bicep --parameters size=2
