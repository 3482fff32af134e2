"""The whole schema: each area's tables on a page of their own, all of them known here."""

from storage.columns import Id as Id
from storage.columns import Moment as Moment
from storage.columns import metadata as metadata
from storage.tables.knowledge import estate_values as estate_values
from storage.tables.knowledge import knowledge_entries as knowledge_entries
from storage.tables.rails import conversations as conversations
from storage.tables.rails import deliveries as deliveries
from storage.tables.rails import inbox as inbox
from storage.tables.rails import keyboards as keyboards
from storage.tables.rails import media as media
from storage.tables.rails import web_files as web_files
from storage.tables.rails import web_messages as web_messages
from storage.tables.register import addresses as addresses
from storage.tables.register import calendar_days as calendar_days
from storage.tables.register import estates as estates
from storage.tables.register import groups as groups
from storage.tables.register import invites as invites
from storage.tables.register import occupancies as occupancies
from storage.tables.register import people as people
from storage.tables.register import rooms as rooms
from storage.tables.register import staff as staff
from storage.tables.register import staff_estates as staff_estates
from storage.tables.tickets import counters as counters
from storage.tables.tickets import events as events
from storage.tables.tickets import ticket_callers as ticket_callers
from storage.tables.tickets import tickets as tickets
