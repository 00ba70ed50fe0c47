"""The names that people give to columns and to kinds of events, in English and Chinese."""

import re
from typing import Final

from fewsight.events import EVENT_KINDS

ROLES: Final = ("customer_id", "time", "kind", "text", "product", "amount", "currency", "channel", "event_id")
"""What a column of an event table can be; everything else is an attribute or part of the profile."""

_NAMES = {
    "customer_id": """customer_id customer customerid cust_id custid cust client_id client user_id userid user uid
        buyer_id buyer member_id member household_id household shopper_id visitor_id account_id person_id contact_id
        author_id customer_number customer_no client_number master_id shop_user_id
        客户 客户id 客户编号 客户号 顾客 顾客id 用户 用户id 用户编号 会员 会员id 会员号 会员编号 买家 买家id""",
    "time": """time timestamp datetime date_time event_time event_timestamp event_date occurred_at created_at
        created creation_date created_date date order_date order_time purchase_date purchase_time
        transaction_timestamp transaction_date transaction_time sent_at received_at ts at day review_date posted_at
        submitted_at invoice_date
        时间 日期 发生时间 事件时间 创建时间 下单时间 订单时间 购买时间 评论时间 下单日期 发送时间 交易时间""",
    "kind": """kind event_kind event_type event event_name eventtype
        事件 事件类型 行为 行为类型""",
    "text": """text message body content comment comments review review_text review_body message_text transcript
        utterance sentence feedback note notes ticket_text description complaint verbatim remark msg
        文本 内容 消息 留言 评论 评论内容 正文 评价 评价内容 反馈 投诉内容 备注""",
    "product": """product product_name product_id item item_id item_name sku article asin stock_code product_title
        商品 商品名称 商品id 产品 产品名称 货号""",
    "amount": """amount amount_eur amount_usd total total_amount price value sales_value order_value order_total
        total_price revenue spend net_amount gross_amount dollars amount_minor amount_cents cents
        金额 订单金额 总价 价格 总金额 消费金额 支付金额""",
    "currency": "currency currency_code iso_currency 币种 货币",
    "channel": "channel source medium touchpoint contact_channel 渠道 来源 渠道名称",
    "event_id": """event_id eventid event_no order_id transaction_id message_id ticket_id review_id record_id
        row_id uuid 事件id 事件编号 记录id 消息id""",
}

WEAK_KIND_NAMES: Final = frozenset(["type", "action", "activity", "category", "status", "类型", "动作"])
"""Names that are taken for the kind only where the values are kinds."""

_KINDS = {
    "view": "views viewed page_view pageview product_view browse click visit 浏览 查看 点击",
    "search": "searched query site_search 搜索 检索",
    "cart": "add_to_cart added_to_cart basket add_cart cart_add addtobasket 加购 加入购物车 购物车",
    "order": "purchase purchased buy bought ordered checkout sale transaction invoice order_placed 订单 下单 购买 成交",
    "payment": "pay paid charge payment_received 支付 付款",
    "delivery": "delivered shipping shipment shipped dispatch parcel 配送 发货 签收 物流",
    "return": "returned return_request returns 退货",
    "refund": "refunded chargeback money_back 退款",
    "message": "chat email e_mail mail sms whatsapp msg dm conversation inbound outbound text 消息 聊天 邮件 短信 咨询",
    "ticket": "support_ticket case complaint issue incident support 工单 投诉 售后",
    "call": "phone phone_call telephone hotline 电话 来电",
    "review": "rating comment feedback product_review 评论 评价",
    "survey": "nps csat questionnaire poll 问卷 调查",
    "campaign": "newsletter promotion email_campaign push_notification ad advertisement 营销 活动 推广",
    "coupon": "voucher coupon_redemption redemption discount_code 优惠券 优惠",
    "subscription": "subscribe subscribed signup sign_up renewal renew registration register 订阅 注册 续费",
    "cancellation": "cancel cancelled canceled unsubscribe churn order_cancelled 取消 退订 注销",
    "login": "log_in sign_in signin session 登录",
    "note": "remark memo internal_note 备注",
    "other": "misc unknown 其他",
}


def squash(name: str) -> str:
    """A name without case, spaces and punctuation.

    >>> squash("Customer-ID ")
    'customerid'
    """
    return re.sub(r"[\W_]+", "", name).casefold()


COLUMN_WORDS: Final = {role: tuple(dict.fromkeys(map(squash, names.split()))) for role, names in _NAMES.items()}
"""Role to squashed column names, the surest first."""

KIND_WORDS: Final = {squash(word): kind for kind, words in _KINDS.items() for word in (kind, *words.split())}
"""Squashed word to the kind that it means."""

if set(_KINDS) != set(EVENT_KINDS):  # a kind without words here could never be read from a table
    raise RuntimeError("words.py and events.py name different kinds")
