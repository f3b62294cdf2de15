"""
Names, users and risks in Japanese.
"""

from __future__ import annotations

from typing import Final


RISKS: Final = {
    "effects": "他システムへの影響とリスク",
    "names": "応答が変わる名前",
    "names.lead": "以下の名前を問い合わせるシステムは、VPC {vpc} 内のすべてのシステムと、"
    "サイトの DNS サーバー {servers} を利用するすべてのシステムです。",
    "taken.endpoint": "インターフェイスエンドポイントのプライベート DNS",
    "taken.zone": "プライベートホストゾーン",
    "today.public": "パブリックアドレス",
    "today.private": "プライベートアドレス",
    "today.both": "サーバーにより異なる",
    "today.none": "応答なし",
    "today.unknown": "問い合わせ不可",
    "affected.endpoint": "VPC {vpc} 内の全システム、{servers} を利用する全システム",
    "affected.zone": "VPC {vpc} 内の全システム、{servers} を利用する全システム"
    "(配下のすべてのバケットを含む)",
    "users": "VPC {vpc} で確認された他システムのネットワークインターフェイス:",
    "users.sort": "種別 {sort}: {n} 件",
    "users.none": "VPC {vpc} に他システムのネットワークインターフェイスは確認されません"
    "でした。",
    "zones": "VPC {vpc} に既に関連付けられている他者のゾーン:",
    "column.name": "名前",
    "column.taken_by": "変更後の応答元",
    "column.today": "現在のサイトでの応答",
    "column.affected": "影響を受けるシステム",
    "risks": "リスク",
    "risks.none": "把握しているリスクはありません。",
    "column.level": "レベル",
    "column.risk": "リスク",
    "column.effect": "想定される影響",
    "column.measure": "対策",
    "level.high": "高",
    "level.medium": "中",
    "level.low": "低",
    "risk.private-dns": "VPC 内の他システムの通信先が新しいエンドポイントに変わる",
    "effect.private-dns": "エンドポイントが利用可能になった時点から、VPC {vpc} 内のすべての"
    "システムは、{names} に対してそのプライベートアドレスの応答を得ます。エンドポイントは"
    " {sources} からの通信のみを許可し、ポリシーもエージェントに必要な操作のみを許可する"
    "ため、これらのサービスを利用する他システムの通信は拒否されます。確認された他システムの"
    "インターフェイス: {users} 件。",
    "measure.private-dns": "承認前に、この VPC を利用するシステムの所管部門に確認します。"
    "ステップ 10 を切り戻すと、従来の応答に戻ります。",
    "risk.hosted-zone": "S3 を利用する他システムの通信先が新しいエンドポイントに変わる",
    "effect.hosted-zone": "ゾーン {zone} により、VPC {vpc} およびサイトの DNS を利用する"
    "システムからは、このリージョンの S3 のパブリックな名前が参照できなくなります。"
    "エンドポイントポリシーが許可するのはバケット {bucket} とエージェント用のバケットのみ"
    "であり、その他のバケットへのアクセスは拒否されます。",
    "measure.hosted-zone": "バックアップやソフトウェア配布などで S3 を利用するシステムの"
    "所管部門に確認します。ステップ 30 を切り戻すと、従来の名前解決に戻ります。",
    "risk.endpoint-names-inbound": "サイト内で S3 を利用する他システムの通信先が新しい"
    "エンドポイントに変わる",
    "effect.endpoint-names-inbound": "VPC {vpc} のインバウンドエンドポイント経由の"
    "問い合わせに対して、{zone} とその配下の名前はエンドポイントのアドレスになります。VPC"
    " 内のシステムには影響しません。エンドポイントポリシーが許可するのはバケット {bucket} と"
    "エージェント用のバケットのみであり、その他のバケットへのアクセスは拒否されます。",
    "measure.endpoint-names-inbound": "サイト内で S3 を利用するバックアップやソフトウェア"
    "配布などの所管部門に確認します。ステップ 30 を切り戻すと、従来の名前解決に戻ります。",
    "risk.endpoint-names-vpc": "S3 を利用する他システムの通信先が新しいエンドポイントに変わる",
    "effect.endpoint-names-vpc": "VPC {vpc} 内のすべてのシステムとサイトに対して、{zone} と"
    "その配下の名前はエンドポイントのアドレスになります。確認された他システムのインター"
    "フェイス: {users} 件。エンドポイントポリシーが許可するのはバケット {bucket} とエージェント"
    "用のバケットのみであり、その他のバケットへのアクセスは拒否されます。S3 への通信には"
    "エンドポイントの料金がかかります。",
    "measure.endpoint-names-vpc": "この VPC を利用するシステムの所管部門に確認するか、"
    "name_resolution.s3: endpoint-private-dns-inbound-only を検討します。",
    "risk.names-move": "S3 の名前の応答元が切り替わる",
    "effect.names-move": "AWS では同時に一つの応答元しか許されません。数分の間、VPC {vpc} 内の"
    "システム(確認された他システムのインターフェイス: {users} 件)は、{zone} に対して"
    "パブリックな応答を得るか、応答を得られません。その間、サイトの応答は {servers} が"
    "行います。",
    "measure.names-move": "サイトの DNS サーバーが自ら応答することを確認するまで、何も"
    "削除しません。VPC 内のシステムが S3 を利用しない時間帯に実施します。",
    "risk.forwarding-narrow": "サイト内の全システムが対象の名前を AWS に問い合わせる",
    "effect.forwarding-narrow": "DNS サーバー {servers} は、すべての利用者について {zones}"
    " を {targets} へ転送します。転送先が応答しない間、他の経路での名前解決は行われません。",
    "measure.forwarding-narrow": "利用するサービスの名前のみを転送します。DNS 管理者は"
    "いつでも設定ファイルを取り外せます。",
    "risk.forwarding-broad": "サイト内の全システムがリージョンのすべての名前を AWS に"
    "問い合わせる",
    "effect.forwarding-broad": "DNS サーバー {servers} は、すべての利用者について {zones}"
    " を {targets} へ転送します。以後、このリージョンのすべての AWS サービスの名前解決が"
    "閉域接続に依存します。",
    "measure.forwarding-broad": "利用するサービスのみを転送する name_resolution.forwarding:"
    " narrow を検討します。",
    "risk.cost-begins": "変更と同時に課金が始まる",
    "effect.cost-begins": "インターフェイスエンドポイント {services} 件は、作成した時点から"
    "時間単位で課金されます。",
    "measure.cost-begins": "費用は後述のとおりです。切り戻しにより課金は終了します。",
    "risk.tier": "インスタンス枠の変更がアカウントおよびリージョン全体に及ぶ",
    "effect.tier": "アカウント {account}、リージョン {region} のインスタンス枠が {value} に"
    "なり、他部門のものを含むすべてのハイブリッドノードに 1 時間あたり {price} 米ドルが課金"
    "されます。",
    "measure.tier": "パラメーターの consents で合意済みです。元に戻すには 30 分以上を要し"
    "ます。",
    "risk.session-preferences": "セッション設定がアカウントおよびリージョン全体に及ぶ",
    "effect.session-preferences": "アカウント {account}、リージョン {region} の EC2"
    " インスタンスを含むすべてのノードへのセッションが、本計画のとおりに暗号化および記録"
    "され、無操作が {idle} 分続くと切断されます。",
    "measure.session-preferences": "パラメーターの consents で合意済みです。他の設定項目は"
    "変更せず、切り戻しにより元の設定に戻ります。",
    "risk.preferences-of-others": "他サイトが現在のセッション設定を必要としている",
    "effect.preferences-of-others": "アカウント {account} の他サイト({sites})は、キー {key} で"
    "暗号化し、ロググループ {group} に記録する設定でセッションを使用しています。変更後は新しい"
    "設定に従うか、接続と検証に失敗します。",
    "measure.preferences-of-others": "設定はアカウントおよびリージョンに 1 つだけです。すべての"
    "サイトのキーとロググループを揃えてから、計画をやり直します。",
    "risk.activation": "アクティベーションコードを知る者がサーバーを登録できる",
    "effect.activation": "{hours} 時間以内に、最大 {limit} 台のサーバーを登録できます。",
    "measure.activation": "コードは画面にもログにも表示せず、保管先({store})にのみ格納"
    "します。登録上限はパラメーターの値に限定します。",
    "risk.access-key": "長期間有効なアクセスキーをサーバーに配置する",
    "effect.access-key": "IAM ユーザー {user} のキーは、削除されるまで有効です。",
    "measure.access-key": "許可する操作はメトリクスとログの送信のみです。キーを必要としない"
    " cloudwatch.credentials: ssm-role の利用を検討します。",
    "risk.root": "AWS 上の権限がサーバー上の権限となる",
    "effect.root": "アカウント {account} で ssm:SendCommand または ssm:StartSession を実行"
    "できる利用者は、サイトのすべてのサーバーで管理者権限を持つことになります。",
    "measure.root": "これらの操作を許可するロールを最小限に限定します。コマンドとセッションは"
    "記録されます。",
    "risk.agents": "稼働中のサーバーにソフトウェアを導入する",
    "effect.agents": "サーバー {hosts} 台に 2 種類のエージェントを導入します。サーバーおよび"
    "他のサービスの再起動は行いません。",
    "measure.agents": "最初に 1 台で実施し、その後は最大 {at_once} 台ずつ実施します。失敗が"
    " {errors} 台を超えた時点で、以降のサーバーには着手しません。署名の検証も行います。",
    "risk.logs-go": "切り戻しによりログイベントが削除される",
    "effect.logs-go": "切り戻しを行うと、{groups} とそのすべてのログイベントが削除されます。",
    "measure.logs-go": "ログを残す場合は rollout.delete_logs_on_rollback を false にします。",
    "risk.removal": "リソースを削除する",
    "effect.removal": "実行 {run} で作成した {number} 件のリソースを削除します。これらに依存"
    "するサーバーは管理対象から外れ、メトリクスとログの送信も停止します。",
    "measure.removal": "対象は実施記録に記載されたリソースのうち、その後変更されていないもの"
    "に限ります。",
    "risk.adopted": "他者のリソースに依存する",
    "effect.adopted": "次の既存リソースをそのまま利用します。所有者により変更または削除される"
    "可能性があります: {names}。",
    "measure.adopted": "所有者に利用を通知します。変更は closednet verify で検出できます。",
    "risk.short-window": "作業時間帯が見積りより短い",
    "effect.short-window": "作業時間帯 {window} は見積りの {minutes} 分より短いため、終了時点"
    "で未着手のステップは拒否されます。",
    "measure.short-window": "作業時間帯を延長するか、再開用の作業時間帯を追加で申請します。",
}
