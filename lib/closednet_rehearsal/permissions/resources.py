"""
What each operation acts on, as ARNs whose braces name members of the request.

Source: the Service Authorization Reference, resource types by action, and for
CloudWatch Logs the ARNs that its refusals name. An operation that is not here acts on
`*`. A template without `arn:` belongs to its own service, account and Region; a list
in the request makes an ARN for each item, an absent member makes none.
"""

from __future__ import annotations

from typing import Final, TypeAlias


Templates: TypeAlias = tuple[str, ...]

_PARAMETER: Final = ("parameter/{Name}",)
_DOCUMENT: Final = ("document/{Name}",)
_NODE: Final = ("managed-instance/{InstanceId}",)
_SETTING: Final = ("servicesetting/{SettingId}",)
_ASSOCIATION: Final = ("association/{AssociationId}",)
_ENDPOINT: Final = ("resolver-endpoint/{ResolverEndpointId}",)
_ZONE: Final = ("arn:aws:route53:::hostedzone/{Id}",)
_ZONE_OF_RECORDS: Final = ("arn:aws:route53:::hostedzone/{HostedZoneId}",)
_ZONE_OF_TAGS: Final = ("arn:aws:route53:::hostedzone/{ResourceId}",)
_GROUP: Final = ("security-group/{GroupId}",)
_LOGS: Final = ("log-group:{logGroupName}:log-stream:",)
_STREAM: Final = ("log-group:{logGroupName}:log-stream:{logStreamName}",)
_BUCKET: Final = ("arn:aws:s3:::{Bucket}",)
_OBJECT: Final = ("arn:aws:s3:::{Bucket}/{Key}",)
_ROLE: Final = ("role/{RoleName}",)
_USER: Final = ("user/{UserName}",)
_KEY: Final = ("key/{KeyId}",)
_SECRET: Final = ("secret:{SecretId}",)

_SSM: Final[dict[str, Templates]] = {
    **dict.fromkeys(("PutParameter", "GetParameter", "DeleteParameter"), _PARAMETER),
    **dict.fromkeys(("GetParameterHistory", "LabelParameterVersion"), _PARAMETER),
    **dict.fromkeys(("GetParameters", "DeleteParameters"), ("parameter/{Names}",)),
    "GetParametersByPath": ("parameter/{Path}",),
    **dict.fromkeys(("GetServiceSetting", "UpdateServiceSetting"), _SETTING),
    "ResetServiceSetting": _SETTING,
    **dict.fromkeys(("CreateDocument", "UpdateDocument", "DeleteDocument"), _DOCUMENT),
    **dict.fromkeys(
        ("GetDocument", "DescribeDocument", "DescribeDocumentPermission"), _DOCUMENT
    ),
    **dict.fromkeys(("ListDocumentVersions", "UpdateAssociationStatus"), _DOCUMENT),
    "UpdateDocumentDefaultVersion": _DOCUMENT,
    "SendCommand": (
        *("document/{DocumentName}", "managed-instance/{InstanceIds}"),
        "arn:aws:s3:::{OutputS3BucketName}",
    ),
    "StartSession": ("managed-instance/{Target}", "document/{DocumentName}"),
    "TerminateSession": ("session/{SessionId}",),
    "GetConnectionStatus": ("managed-instance/{Target}",),
    **dict.fromkeys(("DeregisterManagedInstance", "UpdateInstanceInformation"), _NODE),
    "ListInstanceAssociations": _NODE,
    "UpdateManagedInstanceRole": (*_NODE, "arn:aws:iam::{account}:role/{IamRole}"),
    "PutComplianceItems": ("managed-instance/{ResourceId}",),
    "UpdateInstanceAssociationStatus": _ASSOCIATION,
    "CreateAssociation": ("association/*", "document/{Name}"),
    **dict.fromkeys(("UpdateAssociation", "DeleteAssociation"), _ASSOCIATION),
    **dict.fromkeys(("DescribeAssociation",), _ASSOCIATION),
    **dict.fromkeys(("DescribeAssociationExecutions",), _ASSOCIATION),
    **dict.fromkeys(("DescribeAssociationExecutionTargets",), _ASSOCIATION),
    "StartAssociationsOnce": ("association/{AssociationIds}",),
}
_EC2: Final[dict[str, Templates]] = {
    "CreateVpcEndpoint": (
        *("vpc-endpoint/*", "vpc/{VpcId}", "subnet/{SubnetIds}"),
        *("security-group/{SecurityGroupIds}", "route-table/{RouteTableIds}"),
    ),
    "ModifyVpcEndpoint": (
        *("vpc-endpoint/{VpcEndpointId}", "subnet/{AddSubnetIds}"),
        *("subnet/{RemoveSubnetIds}", "security-group/{AddSecurityGroupIds}"),
        *("security-group/{RemoveSecurityGroupIds}", "route-table/{AddRouteTableIds}"),
        "route-table/{RemoveRouteTableIds}",
    ),
    "DeleteVpcEndpoints": ("vpc-endpoint/{VpcEndpointIds}",),
    "CreateSecurityGroup": ("security-group/*", "vpc/{VpcId}"),
    "DeleteSecurityGroup": _GROUP,
    "AuthorizeSecurityGroupIngress": _GROUP,
    "AuthorizeSecurityGroupEgress": _GROUP,
    "RevokeSecurityGroupIngress": _GROUP,
    "RevokeSecurityGroupEgress": _GROUP,
    **dict.fromkeys(("DescribeVpcAttribute", "ModifyVpcAttribute"), ("vpc/{VpcId}",)),
    "DeleteNetworkInterface": ("network-interface/{NetworkInterfaceId}",),
}
_ROUTE53: Final[dict[str, Templates]] = {
    **dict.fromkeys(("GetHostedZone", "DeleteHostedZone"), _ZONE),
    **dict.fromkeys(("UpdateHostedZoneComment",), _ZONE),
    "ListResourceRecordSets": _ZONE_OF_RECORDS,
    "ChangeResourceRecordSets": _ZONE_OF_RECORDS,
    "AssociateVPCWithHostedZone": _ZONE_OF_RECORDS,
    "DisassociateVPCFromHostedZone": _ZONE_OF_RECORDS,
    "CreateVPCAssociationAuthorization": _ZONE_OF_RECORDS,
    "DeleteVPCAssociationAuthorization": _ZONE_OF_RECORDS,
    "ListVPCAssociationAuthorizations": _ZONE_OF_RECORDS,
    **dict.fromkeys(("ListTagsForResource", "ChangeTagsForResource"), _ZONE_OF_TAGS),
    "GetChange": ("arn:aws:route53:::change/{Id}",),
}
_RESOLVER: Final[dict[str, Templates]] = {
    "CreateResolverEndpoint": ("resolver-endpoint/*",),
    **dict.fromkeys(("GetResolverEndpoint", "DeleteResolverEndpoint"), _ENDPOINT),
    **dict.fromkeys(("ListResolverEndpointIpAddresses",), _ENDPOINT),
    "UpdateResolverEndpoint": _ENDPOINT,
    "AssociateResolverEndpointIpAddress": _ENDPOINT,
    "DisassociateResolverEndpointIpAddress": _ENDPOINT,
    **dict.fromkeys(("ListTagsForResource", "TagResource"), ("{ResourceArn}",)),
    "UntagResource": ("{ResourceArn}",),
}
_IAM: Final[dict[str, Templates]] = {
    **dict.fromkeys(("GetRole", "DeleteRole", "UpdateRole"), _ROLE),
    **dict.fromkeys(("TagRole", "UntagRole", "UpdateAssumeRolePolicy"), _ROLE),
    **dict.fromkeys(("PutRolePolicy", "GetRolePolicy", "DeleteRolePolicy"), _ROLE),
    **dict.fromkeys(("AttachRolePolicy", "DetachRolePolicy"), _ROLE),
    **dict.fromkeys(("ListRolePolicies", "ListAttachedRolePolicies"), _ROLE),
    **dict.fromkeys(("GetUser", "DeleteUser", "TagUser"), _USER),
    **dict.fromkeys(("PutUserPolicy", "GetUserPolicy", "DeleteUserPolicy"), _USER),
    **dict.fromkeys(("AttachUserPolicy", "DetachUserPolicy"), _USER),
    **dict.fromkeys(("ListUserPolicies", "ListAttachedUserPolicies"), _USER),
    **dict.fromkeys(("CreateAccessKey", "ListAccessKeys", "UpdateAccessKey"), _USER),
    "DeleteAccessKey": _USER,
    "SimulatePrincipalPolicy": ("{PolicySourceArn}",),
    **dict.fromkeys(("GetPolicy", "GetPolicyVersion"), ("{PolicyArn}",)),
}
_CLOUDWATCH_LOGS: Final[dict[str, Templates]] = {
    "DescribeLogGroups": ("log-group::log-stream:",),
    **dict.fromkeys(("CreateLogGroup", "DeleteLogGroup"), _LOGS),
    **dict.fromkeys(("PutRetentionPolicy", "DeleteRetentionPolicy"), _LOGS),
    **dict.fromkeys(("DescribeLogStreams", "FilterLogEvents"), _LOGS),
    **dict.fromkeys(("CreateLogStream", "PutLogEvents"), _STREAM),
    **dict.fromkeys(("GetLogEvents", "DeleteLogStream"), _STREAM),
    # The actions on tags alone know a group by its ARN without more.
    **dict.fromkeys(("ListTagsForResource", "TagResource"), ("{resourceArn}",)),
    "UntagResource": ("{resourceArn}",),
}
_S3: Final[dict[str, Templates]] = {
    **dict.fromkeys(("HeadBucket", "ListObjects", "ListObjectsV2"), _BUCKET),
    **dict.fromkeys(("GetBucketLocation", "GetBucketEncryption"), _BUCKET),
    **dict.fromkeys(("CreateBucket", "DeleteBucket", "GetBucketPolicy"), _BUCKET),
    **dict.fromkeys(("PutBucketPolicy", "DeleteBucketPolicy"), _BUCKET),
    **dict.fromkeys(("PutBucketEncryption", "GetBucketVersioning"), _BUCKET),
    "ListObjectVersions": _BUCKET,
    **dict.fromkeys(("GetObject", "HeadObject", "PutObject", "DeleteObject"), _OBJECT),
    **dict.fromkeys(("PutObjectAcl", "GetObjectAcl", "CopyObject"), _OBJECT),
    **dict.fromkeys(("CreateMultipartUpload", "UploadPart"), _OBJECT),
    **dict.fromkeys(("CompleteMultipartUpload", "AbortMultipartUpload"), _OBJECT),
    "DeleteObjects": ("arn:aws:s3:::{Bucket}/*",),
}

TEMPLATES: Final[dict[str, dict[str, Templates]]] = {
    "ssm": _SSM,
    "ec2": _EC2,
    "route53": _ROUTE53,
    "route53resolver": _RESOLVER,
    "iam": _IAM,
    "logs": _CLOUDWATCH_LOGS,
    "s3": _S3,
    "kms": {
        **dict.fromkeys(("DescribeKey", "Decrypt", "Encrypt", "GenerateDataKey"), _KEY),
        **dict.fromkeys(("GetKeyPolicy", "PutKeyPolicy", "DisableKey"), _KEY),
        **dict.fromkeys(("EnableKey", "ScheduleKeyDeletion"), _KEY),
    },
    "secretsmanager": {
        "CreateSecret": ("secret:{Name}",),
        **dict.fromkeys(("GetSecretValue", "PutSecretValue", "DeleteSecret"), _SECRET),
        **dict.fromkeys(("DescribeSecret", "TagResource"), _SECRET),
    },
    "service-quotas": {"GetServiceQuota": ("{ServiceCode}/{QuotaCode}",)},
    "sts": {"AssumeRole": ("{RoleArn}",)},
}
NO_REGION: Final = frozenset({"iam"})
PREFIXES: Final = {"service-quotas": "servicequotas", "resourcegroupstaggingapi": "tag"}
S3_ACTIONS: Final = {
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListBuckets": "ListAllMyBuckets",
    "HeadObject": "GetObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
}
TAGGED_TYPES: Final = {
    "Association": "association/",
    "Document": "document/",
    "ManagedInstance": "managed-instance/",
    "Parameter": "parameter/",
}
