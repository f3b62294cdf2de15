"""
Changes and fields in Japanese.
"""

from __future__ import annotations

from typing import Final

from closednet.render.request.vocabulary import Verbs


def _verbs(noun: str) -> Verbs:
    return Verbs(f"{noun}を作成する", f"{noun}を変更する", f"{noun}を削除する")


KINDS: Final = {
    "SecurityGroup": _verbs("VPC {vpc_id} にセキュリティグループ「{name}」"),
    "InterfaceEndpoint": Verbs(
        "VPC {vpc_id} に {service} のインターフェイスエンドポイントを作成する",
        "VPC {vpc_id} の {service} のインターフェイスエンドポイントを変更する",
        "VPC {vpc_id} から {service} のインターフェイスエンドポイントを削除する",
    ),
    "ResolverEndpoint": Verbs(
        "VPC {vpc_id} に Route 53 Resolver のインバウンドエンドポイント「{name}」を"
        "作成する",
        "VPC {vpc_id} の Route 53 Resolver のインバウンドエンドポイント「{name}」を"
        "変更する",
        "VPC {vpc_id} から Route 53 Resolver のインバウンドエンドポイント「{name}」を"
        "削除する",
    ),
    "ForwardingRule by hand": Verbs(
        "DNS サーバー {servers} に、{zone} を {targets} へ転送する設定を追加する"
        "({file})",
        "DNS サーバー {servers} の {zone} の転送設定を変更する",
        "DNS サーバー {servers} から {zone} の転送設定を削除する",
    ),
    "HostedZone": Verbs(
        "プライベートホストゾーン {name} を作成し、VPC {vpc_id} に関連付ける",
        "VPC {vpc_id} に関連付けたプライベートホストゾーン {name} を変更する",
        "VPC {vpc_id} に関連付けたプライベートホストゾーン {name} を削除する",
    ),
    "ZoneRecord": _verbs("{target} を指すエイリアスレコード {name}({type})"),
    "ZoneAuthorization": Verbs(
        "VPC {vpc_id} をゾーン {zone} に関連付ける許可を与える",
        "VPC {vpc_id} をゾーン {zone} に関連付ける許可を再び与える",
        "VPC {vpc_id} をゾーン {zone} に関連付ける許可を取り消す",
    ),
    "ZoneAssociation": Verbs(
        "VPC {vpc_id} をアカウント {owner} のゾーン {zone} に関連付ける",
        "VPC {vpc_id} をアカウント {owner} のゾーン {zone} に関連付け直す",
        "VPC {vpc_id} とアカウント {owner} のゾーン {zone} の関連付けを解除する",
    ),
    "InterfaceEndpoint by hand": Verbs(
        "VPC {vpc_id} の {service} 用インターフェイスエンドポイントの変更を所有者に依頼する",
        "VPC {vpc_id} の {service} 用インターフェイスエンドポイントの変更を所有者に依頼する",
        "VPC {vpc_id} の {service} 用インターフェイスエンドポイントの変更を所有者に依頼する",
    ),
    "ResolverEndpoint by hand": Verbs(
        "VPC {vpc_id} のインバウンドエンドポイント「{name}」の変更を所有者に依頼する",
        "VPC {vpc_id} のインバウンドエンドポイント「{name}」の変更を所有者に依頼する",
        "VPC {vpc_id} のインバウンドエンドポイント「{name}」の変更を所有者に依頼する",
    ),
    "Role by hand": Verbs(
        "ロール {name} を Systems Manager が引き受けられるようにする変更を所有者に依頼する",
        "ロール {name} を Systems Manager が引き受けられるようにする変更を所有者に依頼する",
        "ロール {name} を Systems Manager が引き受けられるようにする変更を所有者に依頼する",
    ),
    "LogGroup by hand": Verbs(
        "ロググループ {name} の保持期間を {retention_days} 日以上にする変更を所有者に依頼する",
        "ロググループ {name} の保持期間を {retention_days} 日以上にする変更を所有者に依頼する",
        "ロググループ {name} の保持期間を {retention_days} 日以上にする変更を所有者に依頼する",
    ),
    "FormerKey": Verbs(
        "作業なし: IAM ユーザー {user} の以前のアクセスキーは削除済み",
        "作業なし: IAM ユーザー {user} の以前のアクセスキーは削除済み",
        "どのサーバーも使用しなくなった IAM ユーザー {user} の以前のアクセスキーを削除する",
    ),
    "GatewayEndpoint": _verbs(
        "VPC {vpc_id} の {service} 用ゲートウェイエンドポイント(ルートなし)"
    ),
    "EndpointNames": Verbs(
        "VPC {vpc_id} の {service} 用エンドポイントに、自身の名前への応答を有効にする"
        "({answers})",
        "VPC {vpc_id} の {service} 用エンドポイントが応答する範囲を変更する({answers})",
        "VPC {vpc_id} の {service} 用エンドポイントの、自身の名前への応答を無効にする",
    ),
    "NameOverride": Verbs(
        "DNS サーバー {servers} が {zone} に自ら応答するようにする",
        "DNS サーバー {servers} の {zone} への応答を変更する",
        "DNS サーバー {servers} が {zone} を再び転送するようにする",
    ),
    "NameOverride by hand": Verbs(
        "DNS サーバー {servers} が {zone} に自ら応答するようにする(handover フォルダーの"
        "ファイルを使用)",
        "DNS サーバー {servers} の {zone} への応答を変更する",
        "DNS サーバー {servers} が {zone} を再び転送するようにする(フォワーダーのファイルを"
        "使用)",
    ),
    "Role": _verbs("マネージドノード用のサービスロール {name} "),
    "RolePolicy": _verbs("ロール {role} のインラインポリシー {name} "),
    "ServiceSetting": Verbs(
        "{setting} を {value} に設定する(アカウントおよびリージョン全体に適用)",
        "{setting} を {value} に変更する(アカウントおよびリージョン全体に適用)",
        "{setting} を既定値に戻す(アカウントおよびリージョン全体に適用)",
    ),
    "Activation": Verbs(
        "ハイブリッドアクティベーションを作成する(登録上限 {limit} 台、有効期間"
        " {expires_in_hours} 時間)",
        "ハイブリッドアクティベーションを作り直す(登録上限 {limit} 台、有効期間"
        " {expires_in_hours} 時間)",
        "ハイブリッドアクティベーションを削除する(登録済みのサーバーの登録は残る)",
    ),
    "WaveActivation": Verbs(
        "第 {wave} 陣のハイブリッドアクティベーションを、順番が来たら作成する",
        "第 {wave} 陣のハイブリッドアクティベーションを作り直す",
        "第 {wave} 陣のハイブリッドアクティベーションを削除する(登録済みのサーバーの登録は"
        "残る)",
    ),
    "LogGroup": _verbs("ロググループ {name}(保持期間 {retention_days} 日)"),
    "SessionPreferences": Verbs(
        "セッション設定を作成する(アカウントおよびリージョン全体に適用)",
        "セッション設定を変更する(アカウントおよびリージョン全体に適用)",
        "セッション設定を削除する(アカウントおよびリージョン全体に適用)",
    ),
    "Association": _verbs("{document} を実行する関連付け {name}({schedule})"),
    "CloudWatchUser": _verbs("CloudWatch エージェント用の IAM ユーザー {name} "),
    "AccessKey": Verbs(
        "IAM ユーザー {user} のアクセスキーを作成する(シークレットは保管先にのみ格納)",
        "IAM ユーザー {user} のアクセスキーを作り直す",
        "IAM ユーザー {user} のアクセスキーとそのシークレットを削除する",
    ),
    "SsmAgentPackage": Verbs(
        "サーバー {host} に SSM エージェントを導入する(署名の検証後に実施)",
        "サーバー {host} の SSM エージェントを更新する(署名の検証後に実施)",
        "サーバー {host} から SSM エージェントを削除する",
    ),
    "Registration": Verbs(
        "サーバー {host} をマネージドノードとして登録する",
        "サーバー {host} をマネージドノードとして登録し直す",
        "サーバー {host} のマネージドノードとしての登録を解除する",
    ),
    "SsmAgentService": Verbs(
        "サーバー {host} で SSM エージェントのサービスを有効化し、起動する",
        "サーバー {host} で SSM エージェントのサービスを有効化し、起動する",
        "サーバー {host} で SSM エージェントのサービスを停止し、無効化する",
    ),
    "CloudWatchAgentPackage": Verbs(
        "サーバー {host} に Run Command で CloudWatch エージェントを導入する",
        "サーバー {host} の CloudWatch エージェントを Run Command で更新する",
        "サーバー {host} から Run Command で CloudWatch エージェントを削除する",
    ),
    "CloudWatchCredentials": Verbs(
        "サーバー {host} の CloudWatch エージェントが使用する認証情報を設定する"
        "({mode})",
        "サーバー {host} の CloudWatch エージェントが使用する認証情報を {mode} に"
        "変更する",
        "サーバー {host} から CloudWatch エージェントの認証情報の設定を削除する",
    ),
    "AgentConfigParameter": _verbs(
        "CloudWatch エージェントの設定を格納するパラメーター {name} "
    ),
    "CloudWatchConfig": Verbs(
        "サーバー {host} の CloudWatch エージェントを設定し、起動する",
        "サーバー {host} の CloudWatch エージェントの設定を変更する",
        "サーバー {host} の CloudWatch エージェントを停止し、設定を元に戻す",
    ),
    "by hand": Verbs(
        "{file} をサーバー {host} へ持ち込み、管理者権限で実行したうえで、その出力を"
        " handover/{host}.txt として返却する",
        "{file} をサーバー {host} へ再度持ち込み、実行する",
        "{file} によりサーバー {host} に行った作業を取り消す",
    ),
}

LABELS: Final = {
    "account": "アカウント",
    "activation": "アクティベーション",
    "wave": "陣",
    "hosts": "サーバー",
    "addresses": "アドレス",
    "description": "説明",
    "dns_record_type": "DNS レコードタイプ",
    "document": "ドキュメント",
    "expires_in_hours": "有効期間(時間)",
    "file": "ファイル",
    "host": "サーバー",
    "idle_timeout_minutes": "アイドルタイムアウト(分)",
    "ingress": "許可する通信",
    "ip": "アドレス",
    "ip_address_type": "IP アドレスタイプ",
    "kms_key_arn": "KMS キー",
    "limit": "登録上限(台)",
    "log_group": "ロググループ",
    "log_group_encrypted": "ロググループの暗号化を必須とする",
    "max_concurrency": "同時実行数",
    "max_errors": "許容エラー数",
    "uses": "他サイトと共有するもの",
    "by": "登録方法",
    "tier": "パラメータストアの階層",
    "minimum": "許容する最も古いバージョン",
    "mode": "認証情報",
    "name": "名前",
    "parameters": "パラメーター",
    "policy": "エンドポイントポリシー",
    "port": "ポート",
    "private_dns": "プライベート DNS",
    "profile": "プロファイル",
    "protocol": "プロトコル",
    "protocols": "プロトコル",
    "region": "リージョン",
    "retention_days": "保持期間(日)",
    "role": "ロール",
    "schedule": "スケジュール",
    "secret": "シークレットの保管先",
    "security_group": "セキュリティグループ",
    "owner": "所有者",
    "rotation": "ローテーション",
    "answers": "応答する相手",
    "servers": "DNS サーバー",
    "service": "サービス",
    "setting": "設定項目",
    "signed_by": "署名鍵",
    "source": "取得元",
    "sources": "送信元",
    "stream_logs": "セッションログのストリーミング",
    "subnet": "サブネット",
    "subnets": "サブネット",
    "target": "参照先",
    "target_tag": "対象のタグ",
    "target_value": "タグの値",
    "targets": "転送先",
    "text": "設定内容",
    "trust": "信頼ポリシー",
    "type": "タイプ",
    "user": "ユーザー",
    "value": "値",
    "version": "バージョン",
    "vpc_id": "VPC",
    "zone": "ゾーン",
}
