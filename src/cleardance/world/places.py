"""What each place is made of: what actors stand on, what steps sound like, where the ground is."""

from dataclasses import dataclass
from enum import StrEnum

from cleardance.world.scene import Place


class Medium(StrEnum):
    """What the actors' part of a place consists of."""

    LAND = "land"
    WATER = "water"  # a surface to swim on
    DEPTHS = "depths"  # inside water
    AIR = "air"  # high above any ground
    VOID = "void"


class Surface(StrEnum):
    """What feet, wheels and bodies touch."""

    GRASS = "grass"
    LEAVES = "leaves"
    SAND = "sand"
    SNOW = "snow"
    STONE = "stone"
    ASPHALT = "asphalt"
    WOOD = "wood"
    WATER = "water"
    NONE = "none"


@dataclass(frozen=True)
class PlaceInfo:
    """``ground_y`` is the ground (or water) line, as a fraction of the frame from the top."""

    medium: Medium
    surface: Surface
    ground_y: float


PLACES: dict[Place, PlaceInfo] = {
    Place.MEADOW: PlaceInfo(Medium.LAND, Surface.GRASS, 0.84),
    Place.FOREST: PlaceInfo(Medium.LAND, Surface.LEAVES, 0.85),
    Place.BEACH: PlaceInfo(Medium.LAND, Surface.SAND, 0.85),
    Place.SEA: PlaceInfo(Medium.WATER, Surface.WATER, 0.72),
    Place.LAKE: PlaceInfo(Medium.WATER, Surface.WATER, 0.74),
    Place.UNDERWATER: PlaceInfo(Medium.DEPTHS, Surface.SAND, 0.5),
    Place.DESERT: PlaceInfo(Medium.LAND, Surface.SAND, 0.84),
    Place.MOUNTAINS: PlaceInfo(Medium.LAND, Surface.STONE, 0.85),
    Place.CITY: PlaceInfo(Medium.LAND, Surface.ASPHALT, 0.86),
    Place.FARM: PlaceInfo(Medium.LAND, Surface.GRASS, 0.84),
    Place.ROAD: PlaceInfo(Medium.LAND, Surface.ASPHALT, 0.85),
    Place.SNOWFIELD: PlaceInfo(Medium.LAND, Surface.SNOW, 0.84),
    Place.SPACE: PlaceInfo(Medium.VOID, Surface.NONE, 0.5),
    Place.ROOM: PlaceInfo(Medium.LAND, Surface.WOOD, 0.86),
    Place.SKY: PlaceInfo(Medium.AIR, Surface.NONE, 0.5),
}
